import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";

const CORPORA = resolve(import.meta.dirname, "../../corpora");
export const EXAMPLES = resolve(import.meta.dirname, "../../docs/examples");

/** A subject of one's own as the configuration names it, and a case of our corpus that it must pass as the built-in one does. */
export interface OwnSubject {
  readonly named: Readonly<Record<string, unknown>>;
  /** SUITE/CASE of `corpora/`. */
  readonly like: string;
  /** Only what this machine says in the golden is what `mine` is to say. */
  readonly only?: string;
}

/** A project whose one case has the tape and the golden of `like`, played into the subject `mine`. */
export function projectLike({ named, like, only }: OwnSubject): string {
  const folder = temporaryFolder();
  const theirs = join(CORPORA, like);
  const ours = join(folder, "corpora/own/case");
  mkdirSync(ours, { recursive: true });
  for (const file of ["tape.jsonl", "golden.jsonl", "README.md"]) cpSync(join(theirs, file), join(ours, file));
  if (only !== undefined) {
    const golden = readFileSync(join(theirs, "golden.jsonl"), "utf8").split("\n");
    const kept = golden.filter((line) => line.includes(`"machine":"${only}"`));
    writeFileSync(join(ours, "golden.jsonl"), `${kept.join("\n")}\n`);
  }
  const scenario = readFileSync(join(theirs, "scenario.yaml"), "utf8")
    .replace(/^subject: .*$/m, "subject: mine")
    .replace(/^options: .*\n/m, "");
  writeFileSync(join(ours, "scenario.yaml"), scenario);
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(join(folder, "fieldtape.config.json"), JSON.stringify({ subjects: { mine: named } }));
  return folder;
}

/** It says what the built-in subject says, record for record: as a replay against its golden, and as a case with all relations. */
export async function agrees(subject: OwnSubject): Promise<void> {
  const cwd = projectLike(subject);
  const own = "corpora/own/case";
  const replayed = await fieldtape(
    ["replay", `${own}/tape.jsonl`, "--subject", "mine", "--against", `${own}/golden.jsonl`, "--json"],
    { cwd },
  );
  expect(replayed.stderr).toContain("no divergence");
  expect(replayed.code).toBe(0);
  const said = JSON.parse(replayed.stdout.slice(0, replayed.stdout.indexOf("\n")));
  expect(said).toMatchObject({ type: "output", value: { type: "frame" } });
  const run = await fieldtape(["suite", "run", "corpora", "--relations"], { cwd });
  expect(run.stderr + run.stdout).not.toMatch(/unstable|fails/);
  expect(run.code).toBe(0);
}

export type Program = { readonly command: readonly string[] };

/** A text in Python beside the shim, as a user would have it. */
export function inPython(source = readFileSync(join(EXAMPLES, "nmea.py"), "utf8")): Program {
  const folder = temporaryFolder();
  cpSync(join(EXAMPLES, "fieldtape.py"), join(folder, "fieldtape.py"));
  writeFileSync(join(folder, "subject.py"), source);
  return { command: ["python3", join(folder, "subject.py")] };
}

/** A text in C beside the shim, compiled with warnings as errors. */
export function inC(source = readFileSync(join(EXAMPLES, "nmea.c"), "utf8")): Program {
  const folder = temporaryFolder();
  cpSync(join(EXAMPLES, "fieldtape.h"), join(folder, "fieldtape.h"));
  writeFileSync(join(folder, "subject.c"), source);
  const program = join(folder, "subject");
  execFileSync("cc", ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, join(folder, "subject.c")]);
  return { command: [program] };
}
