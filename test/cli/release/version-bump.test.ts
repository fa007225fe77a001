import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { targetVersion, versionProblems, withVersion } from "../../../src/cli/release/version-bump.ts";

test.for([
  ["1.2.3", undefined, "1.2.3"],
  ["1.2.3", "patch", "1.2.4"],
  ["1.2.3", "minor", "1.3.0"],
  ["1.2.3", "major", "2.0.0"],
  ["2.0.0-rc.1", "major", "2.0.0"],
  ["1.2.3", "1.10.0-beta.2", "1.10.0-beta.2"],
  ["1.2.3", "v2", undefined],
  ["one", "patch", undefined],
] as const)("%s with %s becomes %s", ([current, bump, target]) => {
  expect(targetVersion(current, bump)).toBe(target);
});

const GOOD = {
  current: "1.2.3",
  target: "1.3.0",
  lock: { version: "1.2.3", packages: { "": { version: "1.2.3" } } },
  changes: [],
  branch: "main",
  identified: true,
  tag: "v1.3.0",
  tags: new Set(["v1.2.3"]),
  finished: false,
};

test("a clean project with a newer version may be released", () => {
  expect(versionProblems(GOOD)).toEqual([]);
  expect(versionProblems({ ...GOOD, target: "1.2.3", tag: "v1.2.3", tags: new Set(), branch: undefined })).toEqual([]);
});

test.for([
  [{ target: "1.2.2" }, "1.2.2 is not newer than 1.2.3"],
  [
    { lock: { version: "1.2.3", packages: { "": { version: "1.2.2" } } } },
    "package-lock.json has version 1.2.3 and 1.2.2",
  ],
  [{ changes: ["?? a", " M b", "c", "d", "e", "f"] }, "not committed (?? a,  M b, c, d, e, …)"],
  [{ branch: undefined }, "no branch is checked out"],
  [{ tags: new Set(["v1.3.0"]) }, "there is a tag v1.3.0 already"],
  [{ identified: false }, "git does not know who makes the tag"],
  [{ finished: true }, "1.3.0 is released already"],
  [{ current: "1", target: "1" }, '"1", which is no version'],
] as const)("%j forbids it: %s", ([change, problem]) => {
  expect(versionProblems({ ...GOOD, ...change }).join("\n")).toContain(problem);
});

test.for(["package.json", "package-lock.json"])("a new version is the only thing that changes in %s", (name) => {
  const text = readFileSync(join(import.meta.dirname, "../../..", name), "utf8");
  const { version } = JSON.parse(text);
  const changed = withVersion(text, version, "9.8.7")!;
  const parsed = JSON.parse(changed);
  expect([parsed.version, (parsed.packages?.[""] ?? parsed).version]).toEqual(["9.8.7", "9.8.7"]);
  const before = text.split("\n");
  const differing = changed.split("\n").filter((line, index) => line !== before[index]);
  expect(differing.every((line) => line.includes('"version": "9.8.7"'))).toBe(true);
  expect(withVersion(changed, "9.8.7", version)).toBe(text);
  expect(withVersion(text, "0.0.0-not-there", "9.8.7")).toBeUndefined();
});
