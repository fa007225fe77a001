import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { linkTree } from "../../../src/cli/release/link-tree.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const NEVER = new AbortController().signal;

test("installed packages are shared file by file, links and all; the caches of tools are not", async () => {
  const folder = temporaryFolder();
  const from = join(folder, "node_modules");
  for (const name of [".bin", ".vite", "left", "@scope/right"]) mkdirSync(join(from, name), { recursive: true });
  writeFileSync(join(from, "left", "run.js"), "left", { mode: 0o755 });
  writeFileSync(join(from, ".vite", "results.json"), "{}");
  writeFileSync(join(from, "@scope/right", "index.js"), "right");
  symlinkSync("../left/run.js", join(from, ".bin", "left"));
  const to = join(folder, "checkout", "node_modules");
  await linkTree(from, to, NEVER);
  expect(readdirSync(to).toSorted()).toEqual([".bin", "@scope", "left"]);
  expect(readlinkSync(join(to, ".bin", "left"))).toBe("../left/run.js");
  expect(readFileSync(join(to, ".bin", "left"), "utf8")).toBe("left");
  expect(statSync(join(to, "left", "run.js")).ino).toBe(statSync(join(from, "left", "run.js")).ino);
});
