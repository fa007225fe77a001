import { framerPart } from "../../../src/machine/chain-plan.ts";
import type { Framer } from "../../../src/machine/machine.ts";
import { machineSubject } from "../../../src/replayer/machine-subject.ts";
import type { Candidate } from "../../../src/scenarios/shrinking/candidate.ts";
import { frameView } from "../../../src/scenarios/shrinking/frame-view.ts";
import type { Seating } from "../../../src/scenarios/shrinking/player.ts";
import { shrink } from "../../../src/scenarios/shrinking/shrink.ts";
import { type Symptoms, Trials, type TrialsOptions } from "../../../src/scenarios/shrinking/trials.ts";
import { millis, nanos } from "../../../src/time/nanos.ts";

export const never = new AbortController().signal;

/** A framer as a subject, seated as a scenario without settings seats it. */
export function seated<Options, S>(framer: Framer<Options, S>, options: Options): Seating {
  const plan = { role: "observer", framer: framerPart(framer, options) } as const;
  return {
    subject: machineSubject({ name: framer.name, role: "observer", parse: () => plan }),
    config: null,
    settings: { play: "rx", time: "recorded", seed: 1, drainMs: 1000 },
  };
}

/** Reads on channels that are declared first, one a millisecond. */
export function tapeOf(reads: readonly { bytes: Uint8Array; channel?: number; dir?: "rx" | "tx" }[]): Candidate {
  const channels = [...new Set(reads.map(({ channel }) => channel ?? 0))];
  const records = [
    ...channels.map((channel) => ({
      type: "channel" as const,
      at: nanos(0),
      channel,
      name: `wire ${channel}`,
      kind: "stream" as const,
      source: "test",
      settings: {},
    })),
    ...reads.map(({ bytes, channel, dir }, index) => ({
      type: "raw" as const,
      at: millis(index + 1),
      channel: channel ?? 0,
      dir: dir ?? ("rx" as const),
      bytes,
    })),
  ];
  return { records: records.map((record, index) => ({ record, line: index + 2 })), faults: [] };
}

/** Everything that a candidate shows. */
export async function shownBy(symptoms: Symptoms, candidate: Candidate): Promise<readonly string[]> {
  const shown: string[] = [];
  for await (const signature of symptoms(candidate, never)) shown.push(signature);
  return shown;
}

/** Remembers verdicts in memory. */
export class Remembered {
  readonly known = new Map<string, boolean>();
  of(key: string): boolean | undefined {
    return this.known.get(key);
  }
  add(key: string, shows: boolean): void {
    this.known.set(key, shows);
  }
}

/** Shrinks until nothing can be left out, for the first symptom that there is. */
export async function shrunk(
  candidate: Candidate,
  seating: Seating,
  symptoms: Symptoms,
  options: Partial<TrialsOptions> = {},
) {
  const [signature] = await shownBy(symptoms, candidate);
  if (signature === undefined) throw new Error("it shows nothing");
  const trials = new Trials({
    symptoms,
    signature,
    verdicts: new Remembered(),
    spent: () => false,
    signal: never,
    onSmaller: () => {},
    ...options,
  });
  await using run = await seating.subject.open({ config: seating.config, channels: [], seed: 0, faults: [] });
  const result = await shrink(candidate, frameView(seating, run, never), trials);
  return { ...result, signature, runs: trials.runs };
}

/** The reads of a candidate, as hex. */
export function readsOf({ records }: Candidate): readonly string[] {
  return records.flatMap(({ record }) => (record.type === "raw" ? [Buffer.from(record.bytes).toString("hex")] : []));
}
