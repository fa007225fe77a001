import fc from "fast-check";
import { GAP_CAUSES, LINK_CHANGES } from "../../src/bytes/channel.ts";
import type { HeaderRecord, TapeRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";

/** Text with all that is awkward in JSON and UTF-8: quotes, controls, halves of surrogate pairs, BOM, line separators, C1. */
export const awkwardText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 6 }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      "\\",
      "\b",
      "\f",
      "\n",
      "\r",
      "\t",
      "\0",
      "\x7f",
      "\x85",
      "\u2028",
      "\ufeff",
      "é",
      "😀",
      "/",
      "<",
    ),
    maxLength: 8,
  }),
);

/** Bytes that are text, nearly text, or nothing like it. */
export const awkwardBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 70 }),
  awkwardText.map((text) => new TextEncoder().encode(text)),
  fc.string({ unit: "grapheme-ascii", maxLength: 70 }).map((text) => new TextEncoder().encode(text)),
  fc.tuple(awkwardText, fc.nat(), fc.nat({ max: 255 })).map(([text, place, byte]) => {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length > 0) bytes[place % bytes.length] = byte;
    return bytes;
  }),
);

const at = fc.oneof(fc.nat(), fc.maxSafeNat()).map(nanos);
const channel = fc.nat({ max: 999_999 });
const dir = fc.constantFrom("rx" as const, "tx" as const);
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));
const date = fc.constantFrom(
  "2026-11-20T12:00:00.000000Z",
  "1970-01-01T00:00:00.000000001Z",
  "2026-11-20T20:00:00+08:00",
);
const count = fc.nat();
/** As JSON gives it back: no −0. */
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)));
const jsonObject = fc.dictionary(awkwardText, json, { maxKeys: 3 }).map((value) => JSON.parse(JSON.stringify(value)));

const optional = <T>(arbitrary: fc.Arbitrary<T>, name: string): fc.Arbitrary<Record<string, T>> =>
  fc.option(arbitrary, { nil: undefined }).map((value) => (value === undefined ? {} : { [name]: value }));

/** Fixed members and optional ones, as one record. */
function record(fixed: Record<string, fc.Arbitrary<unknown>>, options: Record<string, fc.Arbitrary<unknown>> = {}) {
  const parts = Object.entries(options).map(([name, arbitrary]) => optional(arbitrary, name));
  return fc.tuple(fc.record(fixed), ...parts).map((members) => Object.assign({}, ...members) as TapeRecord);
}

export const anyHeader = fc.record({
  type: fc.constant("header" as const),
  format: fc.constant("fieldtape" as const),
  schema: fc.constant(2 as const),
  id: awkwardText,
  started: date,
  segment: count,
  offset: fc.bigInt({ min: 0n, max: 10n ** 24n }).map(String),
  previous: fc.option(digest),
  recorder: fc.record({ version: awkwardText, git: awkwardText }),
  requires: fc.constant([]),
  meta: jsonObject,
}) satisfies fc.Arbitrary<HeaderRecord>;

export const anyRaw = record({ type: fc.constant("raw"), at, channel, dir, bytes: awkwardBytes });

/** A record of any type but the header, with whatever a tape may hold in it. */
export const anyRecord: fc.Arbitrary<TapeRecord> = fc.oneof(
  anyRaw,
  record({
    type: fc.constant("channel"),
    at,
    channel,
    name: awkwardText,
    kind: fc.constantFrom("stream", "datagram"),
    source: awkwardText,
    settings: jsonObject,
  }),
  record(
    { type: fc.constant("link"), at, channel, event: fc.constantFrom(...LINK_CHANGES) },
    { dir, reason: awkwardText },
  ),
  record({ type: fc.constant("gap"), at, cause: fc.constantFrom(...GAP_CAUSES) }, { channel, dir, bytes: count }),
  record({ type: fc.constantFrom("input", "output"), at, machine: awkwardText, value: json }, { channel }),
  record({ type: fc.constant("mark"), at, label: awkwardText }),
  record(
    { type: fc.constant("blob"), at, media: awkwardText, size: count, sha256: digest },
    { channel, name: awkwardText },
  ),
  record({ type: fc.constant("wall"), at, wall: date, step: fc.integer() }),
  record({ type: fc.constant("block"), at, records: count, sha256: digest }),
  record({ type: fc.constant("end"), at, records: count, reason: awkwardText }, { sha256: digest }),
);
