import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { declaring, withDeclarations } from "../../../src/scenarios/shrinking/candidate.ts";
import { VerdictFile } from "../../../src/scenarios/shrinking/verdicts.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { tapeOf } from "./shrinking.ts";

const key = (digit: number) => digit.toString(16).padStart(32, "0");

test("verdicts outlive the process that found them, but for a line that was cut off", () => {
  const path = join(temporaryFolder(), "below", "out.minimise");
  {
    using file = VerdictFile.open(path, "a search", { resume: false });
    for (let index = 0; index < 40; index += 1) file.add(key(index), index % 3 === 0);
  }
  appendFileSync(path, `+${key(99).slice(0, 20)}`);
  {
    using file = VerdictFile.open(path, "a search", { resume: true });
    expect([file.of(key(39)), file.of(key(38)), file.of(key(99))]).toEqual([true, false, undefined]);
    file.add(key(99), true);
  }
  using again = VerdictFile.open(path, "a search", { resume: true });
  expect([again.of(key(0)), again.of(key(99))]).toEqual([true, true]);
  again.remove();
  expect(existsSync(path)).toBe(false);
});

test("a killed process loses a few verdicts at most", () => {
  const path = join(temporaryFolder(), "out.minimise");
  const file = VerdictFile.open(path, "a search", { resume: false });
  for (let index = 0; index < 100; index += 1) file.add(key(index), true);
  expect(readFileSync(path, "utf8").split("\n").length).toBeGreaterThan(100 - 32);
  expect(() => VerdictFile.open(path, "another search", { resume: true })).toThrow("another search");
});

test("a channel stays declared as long as it is used, and one that nobody declared is", () => {
  const { records } = tapeOf([
    { bytes: Uint8Array.of(1), channel: 4 },
    { bytes: Uint8Array.of(2), channel: 7 },
  ]);
  const [four, seven, one, two] = records;
  expect(withDeclarations([two!], records)).toEqual([seven, two]);
  expect(withDeclarations([four!, one!], records)).toEqual([four, one]);
  expect(withDeclarations([], records)).toEqual([]);
  expect(declaring(records)).toEqual(records);
  expect(declaring([one!]).map(({ record, line }) => [record.type, line])).toEqual([
    ["channel", one!.line],
    ["raw", one!.line],
  ]);
});
