import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codeStamp } from "../../../src/cli/replay/code-stamp.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

function project(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const name of ["mine", "node_modules", "mine/lib"]) mkdirSync(join(folder, name), { recursive: true });
  for (const [name, text] of Object.entries({ "fieldtape.config.json": "{}", "package.json": "{}", ...files }))
    writeFileSync(join(folder, name), text);
  return folder;
}

const stampIn = (folder: string, named: Parameters<typeof codeStamp>[0]) =>
  codeStamp(named, { config: {}, file: join(folder, "fieldtape.config.json") });

test("a module has changed when a file of code in its folder has, and not for what is written beside it", () => {
  const folder = project({ "mine/mine.mjs": "1", "mine/lib/crc.js": "1" });
  const stamp = stampIn(folder, { module: "./mine/mine.mjs" });
  const before = stamp();
  expect(before).toContain("crc.js");
  for (const other of ["a.tape.jsonl", "mine/b.tape.jsonl", "mine/out.txt"]) writeFileSync(join(folder, other), "new");
  expect(stamp()).toBe(before);
  writeFileSync(join(folder, "mine/lib/crc.js"), "changed");
  expect(stamp()).not.toBe(before);
});

test("a program has changed when a file that its command names has, or one of the same kind around it", () => {
  const folder = project({ "meter.py": "1", "shim.py": "1", "notes.txt": "1", parser: "1" });
  const python = stampIn(folder, { command: ["python3", "meter.py"] });
  const before = python();
  writeFileSync(join(folder, "notes.txt"), "changed");
  expect(python()).toBe(before);
  writeFileSync(join(folder, "shim.py"), "changed");
  expect(python()).not.toBe(before);
  const built = stampIn(folder, { command: ["./parser"] });
  const first = built();
  writeFileSync(join(folder, "shim.py"), "changed once more");
  expect(built()).toBe(first);
  writeFileSync(join(folder, "parser"), "built anew");
  expect(built()).not.toBe(first);
});

test("of code that is gone, or has too many files, nothing can be told", () => {
  expect(stampIn(project({}), { module: "./mine/gone.mjs" })()).toBeUndefined();
  const folder = project({ "mine/mine.mjs": "1" });
  for (let number = 0; number <= 2_000; number += 1) writeFileSync(join(folder, "mine/lib", `${number}.txt`), "");
  expect(stampIn(folder, { module: "./mine/mine.mjs" })()).toBeUndefined();
});
