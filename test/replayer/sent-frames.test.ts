import { expect, test } from "vitest";
import { pathText } from "../../src/replayer/divergence.ts";
import { RepeatCheck } from "../../src/replayer/repeat-check.ts";
import { SentFrames } from "../../src/replayer/sent-frames.ts";
import type { RawRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";
import { never } from "./replaying.ts";
import { toyLines } from "./toy-subject.ts";
import { batchesOf, mark } from "./toy-tape.ts";

const sent = (at: number, text: string): RawRecord => ({
  type: "raw",
  at: nanos(at),
  channel: 0,
  dir: "tx",
  bytes: new TextEncoder().encode(text),
});

const opened = (...fields: string[]) => SentFrames.open({ framer: toyLines, config: {}, fields }, never);

test("frames are alike when the declared fields are, whatever else differs and however they were cut", async () => {
  await using check = await opened("dir");
  await check.expect([
    { line: 3, record: sent(1, "on") },
    { line: 5, record: sent(2, "e\ntwo\n") },
  ]);
  expect(check.owes(0)).toBe(true);
  expect(await check.take([sent(3, "ONE\nTWO\n")], nanos(3))).toBeUndefined();
  expect(check.owes(0)).toBe(false);
  expect(await check.finish()).toBeUndefined();
});

test("a declared field that differs is found, with the recorded line", async () => {
  await using check = await opened("dir", "raw");
  await check.expect([{ line: 3, record: sent(1, "one\n") }]);
  const divergence = await check.take([sent(3, "onE\n")], nanos(3));
  expect(divergence).toMatchObject({ type: "different", expected: { line: 3 } });
  expect(divergence?.type === "different" && pathText(divergence.path)).toBe("value.raw");
  expect(await check.take([sent(4, "one\n")], nanos(4))).toBe(divergence);
});

test("a fault in place of a frame, a missing frame and one too many are divergences", async () => {
  await using broken = await opened();
  await broken.expect([{ line: 3, record: sent(1, "one\n") }]);
  await broken.take([sent(3, "one")], nanos(3));
  expect(await broken.finish()).toMatchObject({ type: "different", path: ["value", "type"] });
  await using mute = await opened();
  await mute.expect([{ line: 3, record: sent(1, "one\n") }]);
  expect(await mute.finish()).toMatchObject({ type: "missing", expected: { line: 3 } });
  await using chatty = await opened();
  await chatty.take([sent(3, "one\n")], nanos(3));
  expect(await chatty.finish()).toMatchObject({ type: "unexpected" });
});

test("a second run is held to the first one's bytes", async () => {
  const first = [mark(1, "a"), mark(2, "b")];
  await using same = new RepeatCheck(batchesOf(first, 1));
  expect(await same.take(first)).toBeUndefined();
  expect(await same.finish()).toBeUndefined();
  await using other = new RepeatCheck(batchesOf(first, 1));
  expect(await other.take([mark(1, "a"), mark(3, "b")])).toMatchObject({ output: 2 });
  await using shorter = new RepeatCheck(batchesOf(first, 1));
  await shorter.take(first.slice(0, 1));
  expect(await shorter.finish()).toMatchObject({ output: 2, second: undefined });
  await using longer = new RepeatCheck(batchesOf(first.slice(0, 1), 1));
  expect(await longer.take(first)).toMatchObject({ output: 2, first: undefined });
});
