import { dirname, resolve } from "node:path";
import process from "node:process";
import { FieldtapeError } from "../errors.ts";
import type { ProcessLimits } from "../plugin/process-limits.ts";
import { ProcessSubject } from "../plugin/process-subject.ts";
import { type Command, contained, containment } from "../plugin/sandbox.ts";
import type { Subject } from "../replayer/subject.ts";
import { findProgram } from "./find-program.ts";
import { realWorld } from "./wiring.ts";

export interface NamedProgram {
  /** An argument list, never for a shell. */
  readonly command: Command;
  readonly role: Subject["role"];
  readonly limits: ProcessLimits;
  /** The configuration that names it: the program runs in its folder. */
  readonly file: string | undefined;
}

/**
 * A program in any language as a subject. It is started when it is opened.
 *
 * @throws FieldtapeError INPUT_MISSING when there is no such program
 */
export function programSubject(name: string, { command, role, limits, file }: NamedProgram): Subject {
  const folder = resolve(dirname(file ?? "."));
  const [program, ...args] = command;
  const path = process.env["PATH"] ?? "";
  const found = process.platform === "win32" ? program : findProgram(program, { folder, path });
  if (found === undefined) {
    throw new FieldtapeError("INPUT_MISSING", `subjects.${name}: there is no program ${program}`, {
      ...(file === undefined ? {} : { file }),
      hint: "the first word of a command is a program on the PATH, or a file beside the configuration, as in ./parser",
    });
  }
  return new ProcessSubject({
    name,
    role,
    command: async () => contained([found, ...args], limits.memory, await containment()),
    folder,
    limits,
    clock: realWorld({ sleep: "coarse" }).clock,
  });
}
