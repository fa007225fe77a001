import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { parseArgumentList } from "./schema.ts";

/** A program and its arguments: never a shell's line, so that no name in it can mean anything else. */
export type UploadCommand = readonly [program: string, ...rest: string[]];

/** @throws FieldtapeError USAGE */
export function parseUpload(text: string): UploadCommand {
  const [program, ...rest] = parseArgumentList(text) ?? [];
  if (program !== undefined) return [program, ...rest];
  throw new FieldtapeError("USAGE", "--upload is no JSON array of a program and its arguments", {
    hint: `write it like '["rsync","-a","{}/","example.org:/srv/ota/"]'`,
  });
}

/**
 * Runs the program with the folder's path in the place of each `{}`, or as its last argument; what it prints goes to stderr.
 *
 * @throws FieldtapeError OUTPUT_FAILED
 */
export async function upload(command: UploadCommand, folder: string, signal: AbortSignal): Promise<void> {
  const path = resolve(folder);
  const [program, ...given] = command;
  const placed = given.map((argument) => argument.replaceAll("{}", path));
  const args = given.some((argument) => argument.includes("{}")) ? placed : [...placed, path];
  const child = spawn(program, args, { stdio: ["ignore", 2, 2], signal });
  let code: unknown;
  try {
    [code] = await once(child, "close");
  } catch (cause) {
    throw new FieldtapeError("OUTPUT_FAILED", `cannot run ${program}`, {
      cause,
      hint: "the repository itself is complete",
    });
  }
  if (code === 0) return;
  throw new FieldtapeError("OUTPUT_FAILED", `${program} ended with ${code ?? "a signal"}`, {
    hint: "the repository itself is complete; publish again to upload again",
  });
}
