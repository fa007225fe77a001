import { PassThrough } from "node:stream";
import type { Source } from "../../src/link/source.ts";
import { openStandardInput } from "../../src/link/standard-input.ts";
import type { Decoder } from "../../src/recorder/decoding.ts";
import { type RecordingOptions, RecordingSession } from "../../src/recorder/record.ts";
import { type RecordingStart, startRecording } from "../../src/recorder/start.ts";
import type { Subject } from "../../src/replayer/subject.ts";
import { formatRecord } from "../../src/tape/line.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import type { TapeWriterOptions } from "../../src/tape/writer-options.ts";
import { nanos } from "../../src/time/nanos.ts";
import { SystemClock, turn } from "../../src/time/system-clock.ts";
import type { VirtualClock } from "../../src/time/virtual-clock.ts";

export const HEADER = { id: "test", recorder: { version: "0", git: "0" }, requires: [], meta: {} };

/** 2026-11-20T12:00:00Z, and as far on as the clock is. */
export function wallOf(clock: { now(): number }, began = 1_795_176_000_000_000_000n) {
  const wall = { shift: 0n, wallNow: () => began + wall.shift + BigInt(clock.now()) };
  return wall;
}

export interface Begun extends RecordingStart {
  /** Bytes written here arrive on channel 0. */
  readonly pipe: PassThrough;
  readonly source: Source;
}

export function begin(
  clock: RecordingStart["clock"] = new SystemClock({ sleep: "coarse" }),
  waitingMax?: number,
): Begun {
  const start = startRecording({ clock, wall: wallOf(clock), ...(waitingMax === undefined ? {} : { waitingMax }) });
  const pipe = new PassThrough();
  const source = openStandardInput(start.arrivals, { stream: pipe, name: "pipe", dir: "rx", whenCrowded: "wait" });
  return { ...start, pipe, source };
}

export async function sessionOn(
  path: string,
  begun: Begun,
  options: Partial<RecordingOptions> & { writer?: TapeWriter; tape?: Partial<TapeWriterOptions> } = {},
): Promise<RecordingSession> {
  const { clock, started } = begun;
  const header = { ...HEADER, started };
  const writer = options.writer ?? (await TapeWriter.create(path, { header, clock, live: true, ...options.tape }));
  return new RecordingSession({ ...begun, turn, sources: [begun.source], events: [], ...options, writer });
}

export async function decoderOf(subject: Subject): Promise<Decoder> {
  return subject.open({ config: {}, channels: [], seed: 0, faults: [], time: "recorded" });
}

/** Virtual time that passes whenever everything has settled, until `over`. */
export async function passTime(clock: VirtualClock, over: () => boolean): Promise<void> {
  while (!over()) {
    await turn();
    await turn();
    if (clock.nextWake !== undefined && !over()) await clock.advance(clock.nextWake);
  }
}

export const outputsOf = (records: readonly TapeRecord[]): string[] =>
  records.flatMap((record) => (record.type === "output" ? [formatRecord(record)] : []));

export const ms = (count: number) => nanos(count * 1_000_000);
