import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";

test("a command that waits for what can no longer come does not end as if all were well", () => {
  const preload = join(temporaryFolder(), "never.cjs");
  writeFileSync(preload, 'require("node:fs/promises").readFile = () => new Promise(() => {});');
  const { status, stderr } = spawnSync(process.execPath, ["-r", preload, resolve("bin/run.js"), "--help"], {
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 70, stderr: expect.stringContaining("can no longer come") });
});
