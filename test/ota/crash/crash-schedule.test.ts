import { expect, test } from "vitest";
import { ELAPSED } from "../../../src/machine/machine.ts";
import { crashMap } from "../../../src/ota/crash/crash-map.ts";
import { crashScenario } from "../../../src/ota/crash/crash-scenario.ts";
import { crashSchedule } from "../../../src/ota/crash/crash-schedule.ts";
import { explore } from "../../../src/ota/crash/explore.ts";
import { runModelSession } from "../../../src/ota/crash/model-session.ts";
import { operationWords } from "../../../src/ota/crash/operation-words.ts";
import { PLANTED_FAULTS } from "../../../src/ota/crash/planted-fault.ts";
import { type CrashScheduleOptions, crashScheduleOptions } from "../../../src/ota/crash/schema.ts";
import { trialNamed } from "../../../src/ota/crash/trials.ts";
import type { FileOperation } from "../../../src/ota/update/durable-fs.ts";
import { ZERO } from "../../../src/time/nanos.ts";

/** What the subject says of a schedule. */
function said(options: CrashScheduleOptions): unknown[] {
  const state = crashSchedule.initial(options);
  expect(crashSchedule.deadline(state)).toBe(ZERO);
  const { state: after, outputs } = crashSchedule.step(state, ELAPSED, ZERO);
  expect(crashSchedule.deadline(after)).toBeUndefined();
  return outputs.map((output) => output.type === "say" && output.value);
}

/** The options that a written scenario holds. */
function optionsOf(scenario: string): CrashScheduleOptions {
  const line = scenario.split("\n").find((one) => one.startsWith("options: ")) ?? "";
  return crashScheduleOptions.parse(JSON.parse(line.slice("options: ".length)));
}

test.each(Object.entries(PLANTED_FAULTS))(
  "the schedule that a map found leads there again, and not without the mistake: %s",
  (mistake, through) => {
    for (const state of explore({ ...trialNamed("update"), through }).bad.slice(0, 4)) {
      const written = optionsOf(crashScenario("update", state, mistake).files["scenario.yaml"] ?? "");
      expect(said(written)).toContainEqual({ type: "fault", fault: state.problem });
      const { planted: _, ...without } = written;
      expect(said(without).filter((value) => (value as { type: string }).type === "fault")).toEqual([]);
    }
  },
);

test("a device that is cut while it switches says where it ends", () => {
  const map = crashMap({ only: ["rollback"], plant: false, progress: () => {}, signal: new AbortController().signal });
  const rename = map.trials[0]?.moments.findIndex(({ operation }) => operation === "rename .current to current") ?? -1;
  const schedule = [
    { session: "first", operations: rename + 1, disturbance: { type: "power-cut", choice: 0 } },
  ] as const;
  expect(said({ trial: "rollback", schedule: [...schedule] })).toEqual([
    { type: "state", state: "power-cut", after: "rename .current to current" },
    { type: "state", state: "ended", session: "resume", outcome: "rolled-back", current: "old" },
    { type: "state", state: "ended", session: "recover", outcome: "nothing", current: "old" },
  ]);
});

/** The number of the last such operation in an undisturbed session. */
function lastOf(trial: CrashScheduleOptions["trial"], operation: string): number {
  const asked: string[] = [];
  const { disk, updater, world, policy, command } = trialNamed(trial);
  const model = disk.clone();
  const perform = (one: FileOperation) => {
    asked.push(operationWords(one));
    return model.perform(one);
  };
  runModelSession(updater, { command, policy }, { disk: { perform }, world });
  expect(asked).toContain(operation);
  return asked.lastIndexOf(operation) + 1;
}

const faults = (options: CrashScheduleOptions): unknown[] =>
  said(options).filter((value) => (value as { type: string }).type === "fault");

test("a confirmation whose sync failed is not believed because it can be read", () => {
  const sync = lastOf("update", "sync journal.jsonl");
  const refused = { type: "refused", code: "EIO", from: false } as const;
  for (let later = 1; later <= 16; later += 1) {
    const schedule: CrashScheduleOptions["schedule"] = [
      { session: "first", operations: sync, disturbance: refused },
      { session: "first", operations: sync + later, disturbance: { type: "power-cut", choice: 0 } },
    ];
    expect(faults({ trial: "update", schedule })).toEqual([]);
  }
});

test("a journal that a killed process renamed is on the disk before anything is done because of it", () => {
  const renamed = lastOf("first installation", "rename .journal.jsonl to journal.jsonl");
  for (let operation = 8; operation <= 16; operation += 1) {
    for (let choice = 0; choice < 16; choice += 1) {
      const schedule: CrashScheduleOptions["schedule"] = [
        { session: "first", operations: renamed, disturbance: { type: "killed" } },
        { session: "restart", operations: operation, disturbance: { type: "power-cut", choice } },
      ];
      expect(faults({ trial: "first installation", schedule })).toEqual([]);
    }
  }
});
