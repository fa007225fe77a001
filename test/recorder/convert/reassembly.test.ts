import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { pcap } from "./capture-files.ts";
import { importing, payload } from "./importing.ts";
import { TcpTalk } from "./tcp-talk.ts";

const STREAM = Array.from({ length: 120 }, (_, index) => String.fromCharCode(33 + (index % 90))).join("");

/** Pieces that cover the stream, with duplicates and overlaps, each with the place in time at which it comes. */
const coverings = fc
  .record({
    cuts: fc.uniqueArray(fc.integer({ min: 1, max: STREAM.length - 1 }), { maxLength: 12 }),
    more: fc.array(fc.tuple(fc.nat({ max: STREAM.length - 1 }), fc.integer({ min: 1, max: 40 })), { maxLength: 12 }),
    order: fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
    start: fc.constantFrom(0, 1, 0x7fff_ffff, 0xffff_ffff, 0xffff_ffb0, 0x8000_0000 - 50),
  })
  .map(({ cuts, more, order, start }) => {
    const edges = [0, ...cuts.toSorted((a, b) => a - b), STREAM.length];
    const cover = edges.slice(1).map((end, index): [number, number] => [edges[index]!, end]);
    const extra = more.map(([from, length]): [number, number] => [from, Math.min(STREAM.length, from + length)]);
    const pieces = [...cover, ...extra].map((piece, index) => ({ piece, when: order[index % order.length]! }));
    return { start, pieces: pieces.toSorted((a, b) => a.when - b.when).map(({ piece }) => piece) };
  });

describe("a stream in pieces", () => {
  test.prop([coverings])(
    "gives its bytes, whatever is cut, sent again, overlaps or comes out of order",
    async ({ start, pieces }) => {
      const talk = new TcpTalk({ deviceStart: start }).handshake();
      for (const [from, to] of pieces) talk.says("device", from, STREAM.slice(from, to));
      talk.fin("device", STREAM.length).fin("caller", 0, STREAM.length + 1);
      const { records } = await importing(pcap(talk.packets));
      expect(Buffer.from(payload(records, 0, "rx")).toString()).toBe(STREAM);
      expect(records.some((record) => record.type === "gap")).toBe(false);
      expect(records.at(-1)).toMatchObject({ type: "link", event: "close" });
    },
  );

  test.prop([coverings, fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 6 })])(
    "of which some never come gives the others, and gaps that say how many bytes are missing",
    async ({ start, pieces }, lost) => {
      const talk = new TcpTalk({ deviceStart: start }).handshake();
      const kept = pieces.filter((_, index) => !lost.includes(index));
      for (const [from, to] of kept) talk.says("device", from, STREAM.slice(from, to));
      talk.fin("device", STREAM.length).fin("caller", 0, STREAM.length + 1);
      const { records } = await importing(pcap(talk.packets));
      const seen = new Set(kept.flatMap(([from, to]) => Array.from({ length: to - from }, (_, index) => from + index)));
      let position = 0;
      for (const record of records) {
        if (record.type === "gap") {
          for (let end = position + record.bytes!; position < end; position++) expect(seen.has(position)).toBe(false);
        } else if (record.type === "raw") {
          expect(Buffer.from(record.bytes).toString()).toBe(STREAM.slice(position, position + record.bytes.length));
          position += record.bytes.length;
        }
      }
      expect(position).toBe(STREAM.length);
      expect(records.at(-1)).toMatchObject({ type: "link", event: "close" });
    },
  );
});
