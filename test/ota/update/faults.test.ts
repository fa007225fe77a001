import { expect, test } from "vitest";
import { announces } from "../../../src/ota/crash/sample-releases.ts";
import { updater } from "../../../src/ota/update/updater.ts";
import { DEFAULT_POLICY, type UpdaterInput } from "../../../src/ota/update/updater-talk.ts";
import { millis } from "../../../src/time/nanos.ts";
import { Device, releases } from "./device.ts";

const update = { name: "update" } as const;
const resume = { name: "resume" } as const;
const end = (outcome: string, reason?: string) => ({
  type: "end",
  outcome,
  ...(reason === undefined ? {} : { reason }),
});

test("an update goes through its states, and the version before it stays beside it", () => {
  const device = Device.installed();
  expect(device.session(update)).toEqual(end("committed"));
  expect(device.states).toEqual([
    "checking",
    "downloading",
    "verifying",
    "staging",
    "waiting-for-exit",
    "switching",
    "launching",
    "confirming",
    "committed",
  ]);
  expect(device.current).toBe("versions/2.0.0");
  expect(device.versions).toEqual(["1.0.0", "2.0.0"]);
  expect(device.journal.installation).toMatchObject({ floor: 2, confirmed: "2.0.0", previous: "1.0.0" });
});

test("a version that does not start is tried as often as the policy says, rolled back, and not offered again", () => {
  const device = Device.installed();
  device.healthy = false;
  expect(device.session(update)).toEqual(end("rolled-back", "unhealthy"));
  expect(device.states.filter((state) => state === "launching")).toHaveLength(DEFAULT_POLICY.startsMax);
  expect(device.current).toBe("versions/1.0.0");
  expect(device.journal.installation).toMatchObject({ floor: 1, failed: [2] });
  expect(device.session(update)).toEqual(end("nothing"));
});

test("a version that nobody confirms is rolled back after its starts, each counted before it is made", () => {
  const device = Device.installed();
  device.policy = { ...DEFAULT_POLICY, health: "told", startsMax: 2 };
  expect(device.session(update)).toEqual(end("unconfirmed"));
  expect(device.session(resume)).toEqual(end("unconfirmed"));
  expect(device.session(resume)).toEqual(end("rolled-back", "not-confirmed"));
  expect(device.current).toBe("versions/1.0.0");
});

test("what the application confirms stays", () => {
  const device = Device.installed();
  device.policy = { ...DEFAULT_POLICY, health: "told" };
  device.session(update);
  expect(device.journal.installation.floor).toBe(1);
  expect(device.session({ name: "confirm" })).toEqual(end("committed"));
  expect(device.journal.installation.floor).toBe(2);
  expect(device.session(resume)).toEqual(end("nothing"));
});

test("a staged file that was damaged on the disk is found before anything is stopped", () => {
  const device = Device.installed();
  device.policy = { ...DEFAULT_POLICY, switchedBy: "application" };
  expect(device.session(update)).toEqual(end("staged"));
  device.overwrite("versions/2.0.0/lib/deep/core.bin", "rotten");
  expect(device.session(resume)).toEqual(end("failed", "staged-tree-damaged"));
  expect(device.states).not.toContain("switching");
  expect(device.versions).toEqual(["1.0.0"]);
  expect(device.session(update)).toEqual(end("staged"));
});

test("a fetched object that was damaged on the disk is fetched once more", () => {
  const device = Device.installed();
  let damaged = false;
  device.instead = (operation) => {
    if (damaged || operation.do !== "digest" || !operation.path.startsWith("staging/objects/")) return undefined;
    damaged = true;
    device.overwrite(operation.path, "rotten");
    return undefined;
  };
  expect(device.session(update)).toEqual(end("committed"));
  expect(damaged).toBe(true);
});

test("an object that is never what it should be ends the update, not the device", () => {
  const device = Device.installed();
  for (const sha256 of device.contents.keys()) device.contents.set(sha256, new Uint8Array(3));
  expect(device.session(update)).toEqual(end("failed", "content-differs"));
  expect(device.current).toBe("versions/1.0.0");
  expect(device.versions).toEqual(["1.0.0"]);
});

test("a file of the installed version that was changed on the site is fetched instead of carried over", () => {
  const device = Device.installed();
  device.overwrite("versions/1.0.0/read-me.txt", "scribbled over");
  expect(device.session(update)).toEqual(end("committed"));
  expect(device.text("versions/2.0.0/read-me.txt")).not.toBe("scribbled over");
});

test("an update that has no room is refused before anything is fetched; the version before the current one goes first", () => {
  const device = Device.installed();
  device.session(update);
  device.offered = releases.downgrade;
  device.instead = ({ do: what }) => (what === "space" ? { ok: "free", free: 1_000 } : undefined);
  expect(device.session(update)).toEqual(end("failed", "no-space"));
  expect(device.asked.some(({ do: what }) => what === "write" || what === "copy")).toBe(false);
  expect(device.versions).toEqual(["2.0.0"]);
});

test("a folder that may not be written is found out before anything is fetched", () => {
  const device = Device.installed();
  device.instead = ({ do: what, path }) =>
    what === "make-folder" && path.startsWith("versions/") ? { failed: "EACCES" } : undefined;
  expect(device.session(update)).toEqual(end("failed", "EACCES"));
  expect(device.asked.some(({ do: what }) => what === "write")).toBe(false);
});

test("a line of the journal that went bad does not lower the floor", () => {
  const device = Device.installed();
  device.session(update);
  const lines = device.text("journal.jsonl").split("\n");
  const confirmed = lines.findIndex((line) => line.includes('"confirmed"'));
  device.overwrite(
    "journal.jsonl",
    lines.map((line, index) => (index === confirmed - 1 ? line.replace("2", "3") : line)).join("\n"),
  );
  expect(device.journal.state).toBe("damaged");
  expect(device.journal.installation.floor).toBe(2);
  expect(device.session(resume)).toEqual(end("nothing"));
});

test("without a journal, and with something installed, a device says that it is inconsistent and touches nothing", () => {
  const device = Device.installed();
  device.disk.perform({ do: "remove", path: "journal.jsonl" });
  const before = device.disk.key();
  expect(device.session(update)).toEqual(end("inconsistent", "no-journal"));
  expect(device.states).toEqual(["inconsistent"]);
  expect(device.disk.key()).toBe(before);
});

test("when neither version is there any more, a device says that it is inconsistent", () => {
  const device = Device.installed();
  device.disk.perform({ do: "remove-tree", path: "versions/1.0.0" });
  expect(device.session(resume)).toEqual(end("inconsistent", "no-tree"));
});

test("when the new version has gone, the one before it comes back", () => {
  const device = Device.installed();
  device.policy = { ...DEFAULT_POLICY, health: "told" };
  device.session(update);
  device.disk.perform({ do: "remove-tree", path: "versions/2.0.0" });
  expect(device.session(resume)).toEqual(end("rolled-back", "tree-missing"));
  expect(device.current).toBe("versions/1.0.0");
});

test("an application that does not exit keeps its version: nothing was touched", () => {
  const device = Device.installed();
  device.policy = { ...DEFAULT_POLICY, switchedBy: "application" };
  device.session(update);
  const machine = updater(announces(releases.second));
  let state = machine.initial({ command: resume, policy: DEFAULT_POLICY });
  let input: UpdaterInput | undefined = { type: "begin" };
  while (input !== undefined) {
    const step: ReturnType<typeof machine.step> = machine.step(state, input, millis(5));
    state = step.state;
    const ask = step.outputs.find((output) => output.type === "ask");
    input = undefined;
    if (ask?.of.port === "disk") {
      const answers = ask.of.operations.map((operation) => device.disk.perform(operation));
      input = { type: "answer", ask: ask.ask, answer: { port: "disk", answers } };
    } else if (ask?.of.port === "consent")
      input = { type: "answer", ask: ask.ask, answer: { port: "consent", given: true } };
  }
  expect(machine.deadline(state)).toBe(millis(5 + DEFAULT_POLICY.exitTimeoutMs));
  const { outputs } = machine.step(state, { type: "elapsed" }, millis(5 + DEFAULT_POLICY.exitTimeoutMs));
  expect(outputs).toEqual([{ type: "withdraw", ask: expect.any(Number) }, end("staged", "exit-timeout")]);
  expect(device.current).toBe("versions/1.0.0");
});

test("a signed downgrade brings the older version with a higher counter; nothing below it comes back", () => {
  const device = Device.installed();
  device.session(update);
  device.offered = releases.downgrade;
  expect(device.session(update)).toEqual(end("committed"));
  expect(device.journal.installation).toMatchObject({ floor: 3, confirmed: "1.0.0-r3" });
  device.offered = releases.second;
  expect(device.session(update)).toEqual(end("nothing"));
});

test("plug-ins are updated by themselves; the application's files are carried over in the same transaction", () => {
  const device = Device.installed();
  device.offered = releases.plugins;
  expect(device.session(update)).toEqual(end("committed"));
  expect(device.asked.filter(({ do: what }) => what === "write")).toHaveLength(1);
  expect(device.current).toBe("versions/1.0.0-r2");
  expect(device.text("versions/1.0.0-r2/bin/app")).toBe(device.text("versions/1.0.0/bin/app"));
});

test("a person can go back to the version before, and the release that was left is not offered again", () => {
  const device = Device.installed();
  device.session(update);
  expect(device.session({ name: "rollback" })).toEqual(end("rolled-back", "asked-for"));
  expect(device.current).toBe("versions/1.0.0");
  expect(device.journal.installation).toMatchObject({ floor: 2, failed: [2] });
  expect(device.session({ name: "rollback" })).toEqual(end("failed", "no-previous-version"));
  expect(device.session(update)).toEqual(end("nothing"));
});

test("however often a device is stopped while it starts, its journal stays small", () => {
  const device = Device.installed();
  device.policy = { ...DEFAULT_POLICY, health: "told", startsMax: 1_000 };
  device.session(update);
  for (let start = 0; start < 500; start += 1) device.session(resume);
  expect(device.journal.installation.change).toMatchObject({ phase: "switched", starts: 501 });
  expect(device.journal.records.length).toBeLessThanOrEqual(201);
  expect(device.text("journal.jsonl").length).toBeLessThan(100_000);
});
