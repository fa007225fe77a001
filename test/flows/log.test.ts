import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines } from "./command-line.ts";

/** Lines of all logs in a state folder. */
function logged(state: string): Record<string, unknown>[] {
  const folder = join(state, "logs");
  return readdirSync(folder).flatMap((name) => jsonLines(readFileSync(join(folder, name), "utf8")));
}

test("a recording tells its log how it began and ended, and the tape knows nothing of it", async () => {
  const cwd = temporaryFolder();
  const state = join(cwd, "state");
  const record = (level: string, tape: string) =>
    fieldtape(["record", "stdin", "--output", tape, "--log-level", level], {
      cwd,
      input: "$GPGGA\r\n",
      env: { FIELDTAPE_STATE: state },
    });
  expect((await record("silent", "silent.tape.jsonl")).code).toBe(0);
  expect(readdirSync(cwd)).not.toContain("state");
  expect((await record("info", "a.tape.jsonl")).code).toBe(0);
  expect(logged(state).map(({ message }) => message)).toEqual(["begun", "recording", "recorded", "ended"]);
  expect(logged(state)).toContainEqual(
    expect.objectContaining({ message: "recorded", facts: expect.objectContaining({ reason: "eof" }) }),
  );
  expect(readFileSync(join(cwd, "a.tape.jsonl"), "utf8")).not.toContain("begun");
});

test("a short command logs only when it is asked to, and what failed is in it", async () => {
  const cwd = temporaryFolder();
  const state = join(cwd, "state");
  const check = (env: Record<string, string>) =>
    fieldtape(["tape", "check", "missing.tape.jsonl"], { cwd, env: { FIELDTAPE_STATE: state, ...env } });
  expect((await check({})).code).toBe(2);
  expect(readdirSync(cwd)).toEqual([]);
  expect((await check({ FIELDTAPE_LOG_LEVEL: "debug" })).code).toBe(2);
  expect(logged(state).at(-1)).toMatchObject({ message: "failed", facts: { code: "INPUT_MISSING", exit: 2 } });
  expect((await check({ FIELDTAPE_LOG_LEVEL: "loud" })).stderr).toContain("silent, error, warn, info, debug");
});

test("a recording whose log cannot be written is a recording", async () => {
  const cwd = temporaryFolder();
  const state = join(cwd, "state");
  mkdirSync(state);
  writeFileSync(join(state, "logs"), "in the way");
  const { code, stderr } = await fieldtape(["record", "stdin", "--output", "a.tape.jsonl"], {
    cwd,
    input: "hello",
    env: { FIELDTAPE_STATE: state },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("the sources have ended") });
});
