import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/cli/exit.ts";
import { exitOf } from "../../src/cli/ota/device/device-words.ts";
import { parsePlugin } from "../../src/cli/ota/device/plugin-flag.ts";
import type { DeviceRunResult } from "../../src/cli/ota/device/run-device.ts";
import { isWithin } from "../../src/cli/ota/device/window.ts";
import { parsePolicy } from "../../src/ota/session/schema.ts";
import type { UpdateOutcome } from "../../src/ota/update/updater-talk.ts";
import { parseIso } from "../../src/time/iso.ts";

describe("a maintenance window", () => {
  const at = (time: string): bigint => parseIso(`2026-11-21T${time}:00Z`)!;

  test("lasts from its first minute to before its last", () => {
    const night = { from: "02:00", until: "04:30" };
    expect(["01:59", "02:00", "04:29", "04:30"].map((time) => isWithin(night, at(time)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test("may go over midnight", () => {
    const night = { from: "22:00", until: "01:00" };
    expect(["21:59", "22:00", "00:59", "01:00"].map((time) => isWithin(night, at(time)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

describe("the exit of a session", () => {
  const exit = (outcome: UpdateOutcome, reason?: string, name: "update" | "rollback" = "update") => {
    const end = { type: "end", outcome, ...(reason === undefined ? {} : { reason }) } as const;
    return exitOf({ name }, { end } as DeviceRunResult);
  };

  test("is 1 for what was refused or rolled back, 3 for the network and the disk", () => {
    expect(exit("refused", "timestamp-expired")).toBe(EXIT.different);
    expect(exit("rolled-back", "exited-1")).toBe(EXIT.different);
    expect(exit("failed", "unreachable")).toBe(EXIT.outside);
    expect(exit("failed", "disk-full")).toBe(EXIT.outside);
    expect(exit("failed", "ENOSPC")).toBe(EXIT.outside);
    expect(exit("failed", "digest")).toBe(EXIT.different);
    for (const outcome of ["failed", "staged"] as const) expect(exit(outcome, "cancelled")).toBe(EXIT.aborted);
  });

  test("is 0 for what went as it was asked for", () => {
    for (const outcome of ["nothing", "staged", "unconfirmed", "committed"] as const)
      expect(exit(outcome)).toBe(EXIT.ok);
    expect(exit("rolled-back", "asked-for", "rollback")).toBe(EXIT.ok);
  });
});

test("an empty policy is a good one; a key that is misspelt is named", () => {
  expect(parsePolicy({})).toMatchObject({ value: { starts: 3, keep: 2, switch: "here", consent: "automatic" } });
  expect(parsePolicy({ kepp: 3 })).toEqual({ problems: [expect.stringContaining("kepp")] });
  expect(parsePolicy({ keep: 1 })).toHaveProperty("problems");
  expect(parsePolicy({ health: { url: "file:///etc/passwd" } })).toHaveProperty("problems");
});

test.each([
  [{ kepp: 3 }, "kepp: is no key of a policy; did you mean keep?"],
  [{ starts: "three" }, "starts: must be a number"],
  [{ keep: 1 }, "keep: must be at least 2"],
  [{ launch: "./run" }, "launch: must be a list"],
  [{ switch: "there" }, "switch: must be one of: here, external"],
  [{ exitTimeout: "1..5s" }, "exitTimeout: must be a span like 30s or 1m30s"],
  [undefined, "(top): is missing"],
])("what is wrong with the policy %j is said in plain words", (policy, problem) => {
  expect(parsePolicy(policy)).toEqual({ problems: [problem] });
});

test("a policy under which every version would be rolled back is refused", () => {
  const problem = (alive: string) =>
    `healthTimeout: must be longer than ${alive}, for which a version has to run, or every version is rolled back`;
  expect(parsePolicy({ health: { alive: "2m" } })).toEqual({ problems: [problem("2m")] });
  expect(parsePolicy({ launch: ["./run"], healthTimeout: "3s" })).toEqual({ problems: [problem("5s")] });
  expect(parsePolicy({ health: { alive: "2m" }, healthTimeout: "3m" })).toHaveProperty("value");
});

test("a plug-in is named with its ABI", () => {
  expect(parsePlugin("pump=counter=3")).toEqual({ name: "pump=counter", abi: 3 });
  for (const wrong of ["pump", "pump=", "=3", "pump=x"]) expect(() => parsePlugin(wrong)).toThrow(/is no plug-in/);
});
