import { expect, test } from "vitest";
import { type ChainPlan, type ChainRecord, framerPart, sessionPart } from "../../../src/machine/chain-plan.ts";
import { replay } from "../../../src/machine/replay.ts";
import { LINES_OPTIONS, lines } from "../../../src/protocol/lines.ts";
import { requestReply } from "../../../src/protocol/request-reply/request-reply.ts";
import { requestReplyOptions } from "../../../src/protocol/request-reply/schema.ts";
import { millis, seconds } from "../../../src/time/nanos.ts";

/** As in docs/subjects.md. */
const options = requestReplyOptions.parse({
  framer: { subject: "lines" },
  requests: [
    {
      name: "poll",
      send: { text: "READ\r\n" },
      expect: { text: { startsWith: "VALUE " } },
      refuse: { text: "ERROR" },
      everyMs: 1000,
    },
  ],
  heartbeat: { send: { text: "PING\r\n" }, expect: { text: "PONG" }, everyMs: 15_000 },
});

const plan: ChainPlan = {
  role: "participant",
  framer: framerPart(lines, LINES_OPTIONS),
  session: sessionPart(requestReply, options),
};

const bytes = (text: string) => new TextEncoder().encode(text);
const raw = (ms: number, dir: "rx" | "tx", text: string): ChainRecord => ({
  type: "raw",
  at: millis(ms),
  channel: 0,
  dir,
  bytes: bytes(text),
});

const tape: readonly ChainRecord[] = [
  { type: "channel", at: millis(0), channel: 0, kind: "stream" },
  { type: "link", at: millis(3), channel: 0, event: "open" },
  raw(3, "tx", "READ\r\n"),
  raw(10, "rx", "VALUE 2"),
  raw(12, "rx", "1\r\n"),
  raw(1003, "tx", "READ\r\n"),
  raw(1010, "rx", "ERROR\r\n"),
];

function told(): string[] {
  return replay(plan, tape, { time: "recorded", drain: seconds(0) }).map((output) => {
    const at = output.at / millis(1);
    if (output.type === "raw") return `${at} sends ${JSON.stringify(new TextDecoder().decode(output.bytes))}`;
    const { type, state, after, link, text } = output.value;
    return [at, type, state ?? link ?? text, after].filter((part) => part !== undefined).join(" ");
  });
}

test("a recorded conversation is asked again at the same times, in the same words", () => {
  expect(told()).toEqual([
    "0 ask open",
    "0 state connecting",
    "3 state ready open",
    '3 sends "READ\\r\\n"',
    "3 state waiting",
    "12 frame VALUE 21",
    "12 state ready answered",
    '1003 sends "READ\\r\\n"',
    "1003 state waiting",
    "1010 frame ERROR",
    "1010 state ready refused",
    "1010 state stopped end",
  ]);
});

test("and every time again", () => {
  expect(told()).toEqual(told());
});
