import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { ChannelKind, Dir } from "../../src/bytes/channel.ts";
import { toHex } from "../../src/bytes/hex.ts";
import type { Framer, FramerInput, FramerOutput } from "../../src/machine/machine.ts";
import { ZERO } from "../../src/time/nanos.ts";

/** A fault's `raw` is at most the hex of this many bytes. */
const RAW_MAX = 1_024;

/** What the laws must know of a framer. */
export interface LawfulFramer<Options> {
  readonly framer: Framer<Options>;
  readonly options: Options;
  readonly dir?: Dir;
  /** One whole valid frame as it stands on the wire. */
  readonly frame: fc.Arbitrary<Uint8Array>;
  /** Bytes that mean something to the framer (starts, delimiters, escapes): rubbish made of them is the hardest. */
  readonly alphabet: Uint8Array;
  /** How many of the frames behind rubbish it may spoil; 0 where a frame can be told by itself, 1 behind a delimiter. */
  readonly spoils: number;
  /** Its check is so weak that rubbish and the bytes behind it make valid frames by chance: those may hide a true one. */
  readonly weak?: boolean;
  /** Bytes that may stand between spans (idle line ends, fill); by default every byte is in a frame or a fault. */
  readonly ignores?: (bytes: Uint8Array) => boolean;
  /** The most that its state may hold between steps, in bytes and characters together. */
  readonly stateMax: number;
  /** Runs of each law; 100 unless told. */
  readonly runs?: number;
}

/**
 * The laws that every framer keeps, as tests:
 *
 * 1. any chunking gives the same frames and faults, in value and span;
 * 2. no input makes it throw, in any order of bytes, gaps, link changes, boundaries and ends;
 * 3. its state is bounded;
 * 4. valid frames behind rubbish are found;
 * 5. a copy of its state goes on as the original does;
 * 6. the same inputs give the same outputs;
 * 7. spans go forward without overlap, every byte is in exactly one frame or fault or is of an ignored kind, and the `raw` of a
 *    fault is the bytes of its span.
 */
export function framerLaws<Options>(name: string, subject: LawfulFramer<Options>): void {
  const { framer } = subject;
  const numRuns = subject.runs ?? 100;
  const traffic = trafficOf(subject);
  const play = (inputs: readonly FramerInput[], kind: ChannelKind = "stream") => playInto(subject, inputs, kind);

  describe(`laws of the framer: ${name}`, () => {
    test.prop([traffic, fc.infiniteStream(fc.integer({ min: 1, max: 40 }))], { numRuns })(
      "any chunking gives the same frames and faults",
      (bytes, sizes) => {
        const joined = play([...chunked(bytes, [bytes.length].values()), END]);
        expect(play([...chunked(bytes, sizes), END])).toEqual(joined);
        expect(play([...chunked(bytes, forever(1)), END])).toEqual(joined);
        expect(play([...chunked(bytes, forever(7)), END])).toEqual(joined);
      },
    );

    test.prop([fc.array(anyInput(traffic), { maxLength: 30 }), fc.constantFrom<ChannelKind>("stream", "datagram")], {
      numRuns,
    })("nothing makes it throw, and its state stays bounded", (inputs, kind) => {
      let state = framer.initial(configOf(subject, kind));
      for (const input of inputs) {
        state = framer.step(state, copied(input), ZERO).state;
        expect(sizeOf(state)).toBeLessThanOrEqual(subject.stateMax);
      }
    });

    test.prop([hostile(subject), fc.array(subject.frame, { minLength: 1, maxLength: 6 })], { numRuns })(
      "valid frames behind rubbish are found",
      (rubbish, frames) => {
        const spoilt = frames.slice(0, subject.spoils);
        const clean = frames.slice(subject.spoils);
        const outputs = play([...chunked(joined([rubbish, ...spoilt, ...clean]), forever(13)), END]);
        const spans = outputs.filter(({ type }) => type === "frame").map(({ span }) => span);
        // A frame is told by its end: fill before it may belong to its span.
        let end = rubbish.length + joined(spoilt).length;
        for (const frame of clean) {
          const begin = end;
          end += frame.length;
          const hidden = spans.some(([offset, length]) => offset < begin && offset + length > begin);
          if (subject.weak === true && hidden) continue;
          expect(spans.map(([offset, length]) => offset + length)).toContain(end);
        }
      },
    );

    test.prop([fc.array(anyInput(traffic), { maxLength: 30 }), fc.nat(30)], { numRuns })(
      "a copy of its state goes on as the original does, and the same inputs give the same outputs",
      (inputs, at) => {
        const first = framer.initial(configOf(subject, "stream"));
        const { state } = stepAll(framer, first, inputs.slice(0, at));
        const copy = structuredClone(state);
        const onward = stepAll(framer, state, inputs.slice(at)).outputs;
        expect(stepAll(framer, copy, inputs.slice(at)).outputs).toEqual(onward);
        expect(play(inputs)).toEqual(play(inputs));
      },
    );

    test.prop([fc.array(anyInput(traffic), { maxLength: 12 })], { numRuns })(
      "every byte is in exactly one frame or fault, or is of an ignored kind",
      (inputs) => {
        const stream = joined(inputs.flatMap((input) => (input.type === "bytes" ? [input.bytes] : [])));
        expectPartition(play([...inputs, END]), stream, subject);
      },
    );
  });
}

const END: FramerInput = { type: "end" };

/** Feeds the inputs, overwriting every chunk after its step as a driver may, and gives all that was said. */
function stepAll<S>(framer: Framer<never, S>, from: S, inputs: readonly FramerInput[]) {
  let state = from;
  const outputs: FramerOutput[] = [];
  for (const input of inputs) {
    const own = copied(input);
    const result = framer.step(state, own, ZERO);
    state = result.state;
    outputs.push(...result.outputs);
    if (own.type === "bytes") own.bytes.fill(0xa5);
  }
  return { state, outputs };
}

function playInto<Options>(subject: LawfulFramer<Options>, inputs: readonly FramerInput[], kind: ChannelKind) {
  const { outputs } = stepAll(subject.framer, subject.framer.initial(configOf(subject, kind)), inputs);
  // What is said must be JSON: it becomes a line of the tape.
  expect(JSON.parse(JSON.stringify(outputs))).toEqual(outputs);
  return outputs;
}

/** All that a framer says to these inputs on a stream. */
export function said<Options>(
  framer: Framer<Options>,
  options: Options,
  inputs: readonly FramerInput[],
  dir: Dir = "rx",
): FramerOutput[] {
  return stepAll(framer, framer.initial({ options, dir, kind: "stream" }), inputs).outputs;
}

function configOf<Options>({ options, dir }: LawfulFramer<Options>, kind: ChannelKind) {
  return { options, dir: dir ?? ("rx" as const), kind };
}

function expectPartition<Options>(outputs: FramerOutput[], stream: Uint8Array, subject: LawfulFramer<Options>): void {
  let reached = 0;
  const between = (from: number, to: number) => {
    const bytes = stream.subarray(from, to);
    if (bytes.length === 0) return;
    expect(subject.ignores?.(bytes), `no span holds ${toHex(bytes)} at ${from}`).toBe(true);
  };
  for (const output of outputs) {
    const [offset, length] = output.span;
    expect(length).toBeGreaterThan(0);
    expect(offset, "spans go forward").toBeGreaterThanOrEqual(reached);
    between(reached, offset);
    reached = offset + length;
    if (output.type === "fault") {
      expect(output.raw).toBe(toHex(stream, offset, offset + Math.min(length, RAW_MAX)));
    }
  }
  expect(reached).toBeLessThanOrEqual(stream.length);
  between(reached, stream.length);
}

/** Whole frames, broken frames, rubbish made of the bytes that matter, and runs of one of them about as long as a `raw` may be. */
function trafficOf<Options>(subject: LawfulFramer<Options>): fc.Arbitrary<Uint8Array> {
  const broken = fc.tuple(subject.frame, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([frame, at, value]) => {
    const bytes = Uint8Array.from(frame);
    bytes[at % bytes.length] = value;
    return bytes;
  });
  const cut = fc.tuple(subject.frame, fc.nat()).map(([frame, at]) => frame.slice(0, at % frame.length));
  const long = fc
    .tuple(fc.constantFrom(...subject.alphabet), fc.integer({ min: RAW_MAX - 4, max: RAW_MAX + 4 }))
    .map(([byte, length]) => new Uint8Array(length).fill(byte));
  const piece = fc.oneof(
    { weight: 12, arbitrary: subject.frame },
    { weight: 3, arbitrary: broken },
    { weight: 3, arbitrary: cut },
    { weight: 3, arbitrary: hostile(subject) },
    long,
  );
  return fc.array(piece, { maxLength: 12 }).map(joined);
}

/** Rubbish: any bytes, and bytes of the framer's own alphabet. */
function hostile<Options>({ alphabet }: LawfulFramer<Options>): fc.Arbitrary<Uint8Array> {
  const special = fc.array(fc.constantFrom(...alphabet), { maxLength: 30 }).map((bytes) => Uint8Array.from(bytes));
  return fc.oneof(fc.uint8Array({ maxLength: 30 }), special);
}

function anyInput(traffic: fc.Arbitrary<Uint8Array>): fc.Arbitrary<FramerInput> {
  return fc.oneof(
    { weight: 6, arbitrary: traffic.map((bytes): FramerInput => ({ type: "bytes", bytes })) },
    fc.constantFrom<FramerInput>(
      { type: "boundary" },
      { type: "gap", cause: "overrun" },
      { type: "link", change: "open" },
      { type: "link", change: "lost" },
      { type: "end" },
    ),
  );
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The bytes as inputs of the given sizes. */
export function chunked(bytes: Uint8Array, sizes: Iterator<number>): FramerInput[] {
  const inputs: FramerInput[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = Math.max(1, sizes.next().value ?? bytes.length);
    inputs.push({ type: "bytes", bytes: bytes.slice(at, at + size) });
    at += size;
  }
  return inputs;
}

export function* forever(size: number): Generator<number, number> {
  for (;;) yield size;
}

function copied(input: FramerInput): FramerInput {
  return input.type === "bytes" ? { type: "bytes", bytes: input.bytes.slice() } : input;
}

/** Bytes and characters that a value holds, whatever its shape; numbers count 8. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (ArrayBuffer.isView(value)) return value.buffer.byteLength;
  if (typeof value !== "object" || value === null) return 8;
  const members = value instanceof Map ? [...value].flat() : Object.values(value);
  return members.reduce<number>((total, member) => total + sizeOf(member), 0);
}
