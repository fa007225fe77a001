import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildDigest } from "../../../src/cli/suite/build-digest.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

test.for([
  ["a module", { module: "./meter.mjs" }, "meter.mjs"],
  ["a module's neighbour", { module: "./meter.mjs" }, "registers.json"],
  ["a declared format", { kaitai: "meter.ksy" }, "meter.ksy"],
  ["a program", { command: ["python3", "meter.py"] as [string, string] }, "meter.py"],
] as const)("what is known of cases is forgotten when %s changes", async ([, meter, file]) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, file), "one");
  const loaded = { config: { subjects: { meter } }, file: join(folder, "fieldtape.config.json") };
  const before = await buildDigest(loaded, join(folder, "corpora"));
  expect(before).toMatch(/^[0-9a-f]{64}$/);
  expect(await buildDigest(loaded, join(folder, "corpora"))).toBe(before);
  writeFileSync(join(folder, file), "two");
  expect(await buildDigest(loaded, join(folder, "corpora"))).not.toBe(before);
});
