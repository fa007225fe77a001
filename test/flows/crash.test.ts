import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";

test("a bug that nobody waited for ends with 70 and leaves a report without secrets", async () => {
  const cwd = temporaryFolder();
  const state = join(cwd, "state");
  const late = "process.nextTick(() => { throw new TypeError('late, with token=planted-1') }); module.exports = {};";
  writeFileSync(join(cwd, "late.config.js"), late);
  writeFileSync(join(cwd, "a.tape.jsonl"), "");
  const args = ["replay", "a.tape.jsonl", "--subject", "lines", "--config", "late.config.js"];
  const { code, stderr } = await fieldtape(args, { cwd, env: { FIELDTAPE_STATE: state } });
  expect(code).toBe(70);
  expect(stderr).toContain("bug in fieldtape: TypeError: late");
  const [name, ...others] = readdirSync(join(state, "crashes"));
  expect(others).toEqual([]);
  expect(stderr).toContain(`crash report: ${join(state, "crashes", name!)}`);
  const text = readFileSync(join(state, "crashes", name!), "utf8");
  expect(JSON.parse(text)).toMatchObject({ part: "command", command: args, what: expect.stringContaining("late") });
  expect(text).not.toContain("planted-1");
});

test("wrong usage is no crash", async () => {
  const state = join(temporaryFolder(), "state");
  expect((await fieldtape(["replay", "--nonsense"], { env: { FIELDTAPE_STATE: state } })).code).toBe(2);
  expect(() => readdirSync(state)).toThrow("ENOENT");
});
