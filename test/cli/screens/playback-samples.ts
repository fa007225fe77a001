import type { PlaybackScreenView, TapeOverview } from "../../../src/cli/screens/playback-view.ts";
import type { PlaybackView } from "../../../src/replayer/playback-view.ts";
import type { OutputRecord, RawRecord } from "../../../src/tape/record.ts";
import { type Nanos, seconds, ZERO } from "../../../src/time/nanos.ts";
import { UTC } from "../../../src/time/zone.ts";

export const overview: TapeOverview = {
  lastAt: seconds(10),
  gaps: [{ at: seconds(8) }],
  marks: [{ at: seconds(2), label: "pump on" }],
  anchors: [{ at: ZERO, wall: 1_700_000_000_000_000_000n }],
};

export const read = (dir: "rx" | "tx", text: string): RawRecord => ({
  type: "raw",
  at: seconds(1),
  channel: 0,
  dir,
  bytes: Buffer.from(text),
});

export const frame = (offset: number, length: number, value: object = {}): OutputRecord => ({
  type: "output",
  at: seconds(1),
  machine: "lines",
  channel: 0,
  value: { type: "frame", dir: "rx", span: [offset, length], ...value },
});

export function playbackAt(at: Nanos, change: Partial<PlaybackView> = {}): PlaybackView {
  return {
    status: "paused",
    at,
    line: 3,
    fed: 0,
    rate: 1,
    recent: [],
    happened: 0,
    channels: [],
    states: [],
    hit: undefined,
    seek: undefined,
    rounds: 0,
    failure: undefined,
    ...change,
  };
}

export function aView(change: Partial<PlaybackScreenView> = {}): PlaybackScreenView {
  return {
    size: { columns: 80, rows: 24 },
    path: "site.tape.jsonl",
    subject: "lines",
    started: undefined,
    zone: UTC,
    home: { at: ZERO },
    playback: playbackAt(ZERO),
    overview: undefined,
    offsets: undefined,
    counting: undefined,
    prompt: undefined,
    breakpoint: undefined,
    rounds: 1,
    playing: false,
    message: undefined,
    help: false,
    ...change,
  };
}
