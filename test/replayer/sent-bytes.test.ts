import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SentBytes } from "../../src/replayer/sent-bytes.ts";
import type { RawRecord, TapeRecord } from "../../src/tape/record.ts";
import { millis, nanos, seconds } from "../../src/time/nanos.ts";
import { said, steps } from "./replaying.ts";
import { ANSWER_DELAY, toyAnswerer } from "./toy-subject.ts";
import { channel, end, raw } from "./toy-tape.ts";

const sent = (at: number, text: string, number = 0): RawRecord => ({
  type: "raw",
  at: nanos(at),
  channel: number,
  dir: "tx",
  bytes: new TextEncoder().encode(text),
});

/** A conversation as it was recorded: the answers came 3 ms after the questions. */
const recorded: TapeRecord[] = [
  channel(0),
  raw(0, 0, "rx", "one\n"),
  raw(3e6, 0, "tx", "ack one\n"),
  raw(5e9, 0, "rx", "two\n"),
  raw(5.003e9, 0, "tx", "ack "),
  raw(5.004e9, 0, "tx", "two\n"),
  end(6e9),
];

describe("what a participant sends", () => {
  test("is held against the recorded bytes, however either was cut", () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.infiniteStream(fc.nat({ max: 9 })), async (bytes, cuts) => {
        const check = new SentBytes();
        const pieces = (): RawRecord[] => {
          const all: RawRecord[] = [];
          for (let from = 0; from < bytes.length; ) {
            const to = from + 1 + (cuts.next().value ?? 0);
            all.push({ ...sent(from, ""), bytes: bytes.subarray(from, to) });
            from = to;
          }
          return all;
        };
        const left = pieces();
        const right = pieces();
        while (left.length + right.length > 0) {
          const expected = (cuts.next().value ?? 0) % 2 === 0 ? left.shift() : undefined;
          if (expected !== undefined) expect(await check.expect([{ line: 1, record: expected }])).toBeUndefined();
          expect(await check.take(right.splice(0, 1))).toBeUndefined();
        }
        expect(await check.finish()).toBeUndefined();
      }),
    ));

  test("differs at one byte, shown with those before and after it", async () => {
    const check = new SentBytes();
    await check.expect([{ line: 7, record: sent(10, "0123456789abcdefghij") }]);
    await check.expect([{ line: 9, record: sent(20, "KLMNOP") }]);
    expect(await check.take([sent(33, "0123456789abcdefghijKL?")])).toMatchObject({
      type: "sent",
      channel: 0,
      offset: 22,
      start: 6,
      line: 9,
      at: 33,
      expected: new TextEncoder().encode("6789abcdefghijKLMNOP"),
      actual: new TextEncoder().encode("6789abcdefghijKL?"),
    });
  });

  test("is missing when it never comes, and too much when nothing was recorded", async () => {
    const silent = new SentBytes();
    await silent.expect([{ line: 4, record: sent(10, "x") }]);
    expect(silent.owes(0)).toBe(true);
    expect(await silent.finish()).toMatchObject({ offset: 0, line: 4, at: 10, actual: new Uint8Array() });
    const chatty = new SentBytes();
    await chatty.take([sent(10, "x", 3)]);
    expect(await chatty.finish()).toMatchObject({ channel: 3, line: 0, at: 10, expected: new Uint8Array() });
  });

  test("may come as late as the tolerance says, and no later", async () => {
    const check = new SentBytes({ tolerance: nanos(5) });
    await check.expect([{ line: 4, record: sent(10, "xy") }]);
    expect(await check.take([sent(15, "x")])).toBeUndefined();
    expect(await check.take([sent(16, "y")])).toMatchObject({ offset: 2, late: 6, line: 4, at: 16 });
  });

  test("on one channel does not stand in for another", async () => {
    const check = new SentBytes();
    await check.expect([{ line: 4, record: sent(10, "a", 0) }]);
    await check.take([sent(10, "a", 1)]);
    expect(await check.finish()).toMatchObject({ at: 10 });
  });
});

describe("a participant", () => {
  test("hears what was received, and is held to what was sent", async () => {
    const check = new SentBytes();
    const all = await steps(recorded, toyAnswerer(), { sent: check });
    expect(all.flatMap(({ divergence }) => divergence ?? [])).toEqual([]);
    expect(await check.finish()).toBeUndefined();
    expect(all.flatMap(({ outputs }) => outputs)).toMatchObject([{ at: ANSWER_DELAY }, { at: 5e9 + ANSWER_DELAY }]);
  });

  test("that answers otherwise is caught with line, offset and time", async () => {
    const check = new SentBytes();
    const wrong = toyAnswerer((answer) => answer.replace("two", "tWo"));
    const all = await steps(recorded, wrong, { sent: check });
    expect(all.at(-1)?.divergence).toMatchObject({ type: "sent", offset: 13, line: 6, at: 5e9 + ANSWER_DELAY });
  });

  test("turned round hears what was sent, as if it were received", async () => {
    const answers = await said(recorded, toyAnswerer(), { feed: { play: "tx" } });
    expect(answers.map((line) => JSON.parse(line).text)).toEqual(["ack ack one\n", "ack ack two\n"]);
  });

  test("is waited for: the next bytes come only after its answer, and everything after them later", async () => {
    const hasty = [
      channel(0),
      raw(0, 0, "rx", "one\n"),
      raw(1e6, 0, "tx", "ack one\n"),
      raw(2e6, 0, "rx", "two\n"),
      raw(3e6, 0, "tx", "ack two\n"),
    ];
    const check = new SentBytes();
    const all = await steps(hasty, toyAnswerer(), { sent: check, waitMost: seconds(1) });
    expect(await check.finish()).toBeUndefined();
    const heard = all.flatMap(({ fed }) => fed).filter(({ type }) => type === "raw");
    expect(heard.map(({ at }) => at)).toEqual([0, ANSWER_DELAY + 1]);
    expect(all.at(-1)?.at).toBe(3e6 + 1e9 + ANSWER_DELAY + 1 - 2e6);
  });

  test("that never answers is not waited for longer than patience lasts", async () => {
    const mute = toyAnswerer(() => "");
    const check = new SentBytes();
    const all = await steps(recorded, mute, { sent: check, waitMost: millis(100) });
    expect(all.at(-1)?.divergence).toMatchObject({ type: "sent", line: 3, offset: 0 });
    expect(all.flatMap(({ fed }) => fed).filter(({ type }) => type === "raw")).toHaveLength(1);
  });
});
