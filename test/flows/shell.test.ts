import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";

test("help names the topics and exits 0", async () => {
  const { code, stdout } = await fieldtape(["--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("USAGE");
});

test("a command that does not exist is wrong usage", async () => {
  const { code, stdout, stderr } = await fieldtape(["recrod"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("did you mean: fieldtape record");
});

test("the version says what it was built from", async () => {
  const { code, stdout } = await fieldtape(["--version"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^fieldtape\/\d+\.\d+\.\d+ /);
});

test("a broken configuration is named before anything is done", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(join(folder, "fieldtape.config.json"), '{"subjcts":{}}');
  writeFileSync(join(folder, "a.tape.jsonl"), "");
  const { code, stderr } = await fieldtape(["replay", "a.tape.jsonl", "--subject", "lines"], { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toContain("fieldtape.config.json");
  expect(stderr).toContain("subjcts");
});
