import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Cue, Deck } from "../../src/replayer/deck.ts";
import { Playback } from "../../src/replayer/playback.ts";
import { SessionShelf } from "../../src/replayer/session-shelf.ts";
import { SnapshotShelf } from "../../src/replayer/snapshot-shelf.ts";
import type { Subject } from "../../src/replayer/subject.ts";
import { formatTape } from "../../src/tape/line-encoder.ts";
import { openTape } from "../../src/tape/reader.ts";
import type { HeaderRecord, TapeRecord } from "../../src/tape/record.ts";
import type { Clock } from "../../src/time/clock.ts";
import { nanos, seconds } from "../../src/time/nanos.ts";
import { turn } from "../../src/time/system-clock.ts";
import { VirtualClock } from "../../src/time/virtual-clock.ts";
import { never, OPEN } from "./replaying.ts";
import { toyLines } from "./toy-subject.ts";

/** Everything costs a second: each advance is worth a snapshot. */
const expensive = (): Clock => {
  let now = 0;
  const tick = (): number => {
    now += 1_000_000_000;
    return now;
  };
  return { now: () => nanos(tick()), sleepUntil: async () => {} };
};

interface Setting {
  readonly playback: Playback;
  /** Lets time pass until nothing moves any more. */
  play(): Promise<void>;
  readonly steady: VirtualClock;
  /** What the subject said, as far as the screen still has it. */
  said(): Exclude<TapeRecord, HeaderRecord>[];
}

interface SettingOptions {
  readonly subject?: Subject;
  /** With snapshots beside the tape, or in memory. */
  readonly warm?: boolean | "in-memory";
  readonly from?: Cue;
  readonly rounds?: number;
  readonly folder: string;
}

/** Whose snapshots they are. */
export const identity = { subject: "toy-lines", config: {}, code: "1", seed: 0, feed: {} };

/** Plays these records with the toy subject, in virtual time. */
export async function playing(
  records: readonly TapeRecord[],
  options: SettingOptions,
  body: (setting: Setting) => Promise<void>,
) {
  const path = join(options.folder, "a.tape.jsonl");
  writeFileSync(path, formatTape(records));
  await using tape = await openTape(path);
  const inMemory = options.warm === "in-memory" ? new SessionShelf(() => "the same") : undefined;
  const shelf = options.warm === true ? await SnapshotShelf.open(path, identity) : inMemory;
  const deck = new Deck({
    tape,
    subject: options.subject ?? toyLines,
    open: OPEN,
    feed: { play: "rx", time: "recorded", drain: seconds(1) },
    clock: expensive(),
    verify: false,
    ...(shelf === undefined ? {} : { shelf }),
  });
  const steady = new VirtualClock(turn);
  const { from, rounds } = options;
  const range = { ...(from === undefined ? {} : { from }), ...(rounds === undefined ? {} : { rounds }) };
  await using playback = await Playback.open(deck, { clock: steady, rate: 1, ...range }, never);
  const settle = async (): Promise<void> => {
    let over = false;
    const still = playback.still().then(() => {
      over = true;
    });
    while (!over) {
      await turn();
      if (steady.nextWake !== undefined) await steady.advance(steady.nextWake);
    }
    await still;
  };
  await body({
    playback,
    steady,
    play: async () => {
      await playback.play();
      await settle();
    },
    said: () =>
      playback.view.recent.flatMap(({ type, record }) => (type === "said" && record.type !== "header" ? [record] : [])),
  });
}
