import { describe, test } from "vitest";
import { millis } from "../../../src/time/nanos.ts";
import { closed, open } from "../../machine/transcript.ts";
import { asks, client, line, opened, POLL, polls, sends, state } from "./poll-talk.ts";

describe("a heartbeat", () => {
  const beating = { heartbeat: { send: { text: "PING\n" }, expect: { text: "PONG" }, everyMs: 1000, missesMax: 2 } };
  const beats = [sends("PING\n"), state("waiting", { request: "heartbeat", attempt: 1 })];

  test("is sent when nothing was heard for its time, and not before", () => {
    const at = client(beating);
    at(0).gets(open).says(opened).waitsUntil(1000);
    at(700).gets(line("ALARM")).waitsUntil(1700);
    at(1700)
      .elapses()
      .says(sends("PING\n"), state("waiting", { request: "heartbeat", attempt: 1, others: 1 }))
      .waitsUntil(2700);
  });

  test("that is missed too often means that the link is dead", () => {
    const at = client(beating);
    at(0).gets(open).says(opened);
    at(1000)
      .elapses()
      .says(...beats)
      .waitsUntil(2000);
    at(2000)
      .elapses()
      .says(state("ready", { after: "unanswered", request: "heartbeat" }), ...beats);
    at(3000)
      .elapses()
      .says(
        asks("close"),
        state("backing-off", { after: "unanswered", request: "heartbeat", failures: 1, pause: millis(500) }),
      );
  });

  test("starts counting anew on a new link", () => {
    const at = client(beating);
    const missed = state("ready", { after: "unanswered", request: "heartbeat" });
    at(0).gets(open).says(opened);
    at(1000)
      .elapses()
      .says(...beats);
    at(1500)
      .gets(closed)
      .says(state("backing-off", { after: "close", failures: 1, pause: millis(500) }));
    at(1600).gets(open).says(opened);
    at(2600)
      .elapses()
      .says(...beats);
    at(3600)
      .elapses()
      .says(missed, ...beats);
    at(4000)
      .gets(closed)
      .says(state("backing-off", { after: "close", failures: 2, pause: millis(1000) }));
    at(4100).gets(open).says(opened);
    at(5100)
      .elapses()
      .says(...beats);
    at(6100)
      .elapses()
      .says(missed, ...beats);
  });

  test("waits for a request under way, counts its own misses only, and keeps its distance", () => {
    const slow = { ...POLL, everyMs: 60_000, timeoutMs: 1300, retries: 0 };
    const at = client({ ...beating, requests: [slow], timeoutMs: 500, unanswered: "continue" });
    at(0)
      .gets(open)
      .says(opened, ...polls())
      .waitsUntil(1300);
    at(1300)
      .elapses()
      .says(state("ready", { after: "unanswered", request: "poll" }), ...beats)
      .waitsUntil(1800);
    at(1800)
      .elapses()
      .says(state("ready", { after: "unanswered", request: "heartbeat" }))
      .waitsUntil(2300);
  });

  test("that is answered now and then keeps the link alive", () => {
    const at = client(beating);
    at(0).gets(open).says(opened);
    at(1000)
      .elapses()
      .says(...beats);
    at(2000)
      .elapses()
      .says(state("ready", { after: "unanswered", request: "heartbeat" }), ...beats);
    at(2001)
      .gets(line("PONG"))
      .says(state("ready", { after: "answered", request: "heartbeat", attempt: 1, latency: millis(1) }))
      .waitsUntil(3001);
    at(3001)
      .elapses()
      .says(...beats);
    at(4001)
      .elapses()
      .says(state("ready", { after: "unanswered", request: "heartbeat" }), ...beats);
  });
});
