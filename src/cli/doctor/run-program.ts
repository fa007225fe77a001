import { execFile } from "node:child_process";

const TIME_MAX_MS = 3_000;

/** What a program that ended well wrote; `undefined` if there is none, it failed or took longer than three seconds. */
export function outputOf(file: string, ...args: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(file, args, { timeout: TIME_MAX_MS, maxBuffer: 64 * 1024 }, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
  });
}
