import { sha256Hex } from "../../bytes/sha256.ts";
import type { BadState } from "./explore.ts";
import { scheduleWords } from "./schedule-words.ts";
import type { CrashScheduleOptions } from "./schema.ts";

/** The files of a scenario that goes through one schedule again, by name; YAML is written as the JSON that it contains. */
export interface CrashScenario {
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
}

/** `planted`: the mistake that was planted, if one was. */
export function crashScenario(
  trial: CrashScheduleOptions["trial"],
  { problem, schedule }: BadState,
  planted: string | undefined,
): CrashScenario {
  const planned = schedule.map(({ session, operations, disturbance }) => ({ session, operations, disturbance }));
  const options: CrashScheduleOptions = { trial, ...(planted === undefined ? {} : { planted }), schedule: planned };
  const steps = scheduleWords(schedule);
  const scenario = [
    `why: ${JSON.stringify(`${trial}: ${problem}`)}`,
    `provenance: ${JSON.stringify("found by `fieldtape ota crash-map`")}`,
    "subject: crash-schedule",
    `options: ${JSON.stringify(options)}`,
  ];
  const channel = { type: "channel", at: 0, channel: 0, name: "device", kind: "stream", source: "model", settings: {} };
  const digest = sha256Hex(new TextEncoder().encode(JSON.stringify(options))).slice(0, 8);
  return {
    folder: `${trial.replaceAll(" ", "-")}-${digest}`,
    files: {
      "scenario.yaml": `${scenario.join("\n")}\n`,
      "tape.jsonl": `${JSON.stringify(channel)}\n`,
      "README.md": `# ${trial}: ${problem}\n\n${steps.map((step) => `- ${step}`).join("\n")}\n`,
    },
  };
}
