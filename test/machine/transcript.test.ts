import { expect, test } from "vitest";
import { millis } from "../../src/time/nanos.ts";
import { frame, heartbeat, words } from "./toys.ts";
import { bytes, closed, end, open, text, transcript } from "./transcript.ts";

const hello = { type: "send", bytes: new TextEncoder().encode("hi;") };
const up = { type: "say", value: { type: "state", state: "up" } };
const down = { type: "say", value: { type: "state", state: "down" } };

test("a heartbeat asks for its link, beats while it is open, and asks again when it is gone", () => {
  const at = transcript(heartbeat, { every: millis(500), word: "hi;" });
  at(0).elapses().says({ type: "ask", link: "open" });
  at(20).gets(open).says(up).waitsUntil(20);
  at(20).elapses().says(hello);
  at(520).elapses().says(hello);
  at(600).gets(closed).says(down);
  at(600).elapses().says({ type: "ask", link: "open" });
  at(900).gets(end).says().waitsUntil(undefined);
});

test("a word ends at its semicolon or in silence", () => {
  const at = transcript(words, { options: { silence: millis(3) }, dir: "rx", kind: "stream" });
  at(0).gets(text("on")).says();
  at(2).gets(bytes("65 3b 74")).says(frame("one;", 0));
  at(5).elapses().says(frame("t", 4));
  at(6)
    .gets(text("t"), end)
    .says({ type: "fault", fault: "unfinished", dir: "rx", span: [5, 1], raw: "74" });
});

test("a transcript that leaves something out fails", () => {
  const config = { every: millis(500), word: "hi;" };
  const opened = transcript(heartbeat, config)(0).gets(open);
  expect(() => opened.says()).toThrow();
  opened.says(up);
  expect(() => transcript(heartbeat, config)(1).gets(open)).toThrow(/a deadline elapses before a later input/);
  expect(() => transcript(heartbeat, config)(1).elapses()).toThrow(/the deadline that elapses/);
  const at = transcript(words, { options: {}, dir: "rx", kind: "stream" });
  const moment = at(0).gets(text("one;"));
  expect(() => at(1)).toThrow(/all that was said is named/);
  moment.says(frame("one;", 0));
});
