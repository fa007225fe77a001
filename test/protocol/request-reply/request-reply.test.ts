import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/bytes/json.ts";
import { ELAPSED, type SessionInput } from "../../../src/machine/machine.ts";
import { requestReply } from "../../../src/protocol/request-reply/request-reply.ts";
import { requestReplyOptions } from "../../../src/protocol/request-reply/schema.ts";
import { millis } from "../../../src/time/nanos.ts";
import { closed, end, open } from "../../machine/transcript.ts";
import { answered, asks, client, connecting, line, opened, POLL, polls, sends, state } from "./poll-talk.ts";

describe("a client", () => {
  test("opens its link, asks when it is open, and asks again at its pace", () => {
    const at = client({ requests: [POLL] });
    at(0)
      .waitsUntil(0)
      .elapses()
      .says(...connecting(1))
      .waitsUntil(5000);
    at(20)
      .gets(open)
      .says(opened, ...polls())
      .waitsUntil(1020);
    at(25).gets(line("VALUE 7")).says(answered(5)).waitsUntil(1020);
    at(1020)
      .elapses()
      .says(...polls());
    at(1021).gets(line("VALUE 8")).says(answered(1)).waitsUntil(2020);
  });

  test("does not ask for a link that is open already", () => {
    const at = client({ requests: [POLL] });
    at(0)
      .gets(open)
      .says(opened, ...polls());
    at(1).gets(line("VALUE 7")).says(answered(1));
  });

  test("takes a device that is heard for an open link", () => {
    const at = client({ requests: [POLL] });
    at(0)
      .elapses()
      .says(...connecting(1));
    at(5)
      .gets(line("HELLO"))
      .says(state("ready", { after: "open", others: 1 }), ...polls());
  });

  test("asks once for each link what it asks once", () => {
    const at = client({ requests: [{ name: "who", send: { hex: "05" }, expect: {}, afterMs: 10 }] });
    at(0).gets(open).says(opened).waitsUntil(10);
    at(10)
      .elapses()
      .says({ type: "send", bytes: Uint8Array.of(5) }, state("waiting", { request: "who", attempt: 1 }));
    at(12)
      .gets(line("ME"))
      .says(state("ready", { after: "answered", request: "who", attempt: 1, latency: 2_000_000 }))
      .waitsUntil(undefined);
    at(50).gets(open).waitsUntil(undefined);
  });

  test("waits for no reply where none is expected", () => {
    const at = client({ requests: [{ name: "tick", send: { text: "T" }, everyMs: 100 }] });
    at(0)
      .gets(open)
      .says(opened, sends("T"), state("ready", { after: "sent", request: "tick" }));
    at(100)
      .elapses()
      .says(sends("T"), state("ready", { after: "sent", request: "tick" }))
      .waitsUntil(200);
  });

  test("has one request under way at a time, in the order of their due times, then of their names' order", () => {
    const second = { name: "second", send: { text: "S" }, expect: { text: "S!" }, everyMs: 500 };
    const at = client({ requests: [POLL, second] });
    at(0)
      .gets(open)
      .says(opened, ...polls());
    at(600)
      .gets(line("VALUE 1"))
      .says(answered(600), sends("S"), state("waiting", { request: "second", attempt: 1 }))
      .waitsUntil(1600);
    // Due again at 500, which has passed: the times that were missed are left out.
    at(601)
      .gets(line("S!"))
      .says(state("ready", { after: "answered", request: "second", attempt: 1, latency: 1_000_000 }))
      .waitsUntil(1000);
  });

  test("tells replies from what the device says of its own accord, and counts that", () => {
    const at = client({ requests: [POLL] });
    at(0)
      .gets(open)
      .says(opened, ...polls());
    at(1).gets(line("ALARM 3"), line("ALARM 4"));
    at(2)
      .gets(line("VALUE 7"))
      .says(answered(2, { others: 2 }));
  });

  test("is told no at once and does not ask again", () => {
    const at = client({ requests: [{ ...POLL, refuse: { text: "ERROR" } }] });
    at(0)
      .gets(open)
      .says(opened, ...polls());
    at(3)
      .gets(line("ERROR"))
      .says(state("ready", { after: "refused", request: "poll", attempt: 1, latency: 3_000_000 }))
      .waitsUntil(1000);
  });

  test("hears its own frames of a shared line without taking them for replies", () => {
    const at = client({ requests: [{ ...POLL, expect: {} }] });
    at(0)
      .gets(open)
      .says(opened, ...polls());
    at(1).gets({ type: "frame", frame: { type: "frame", dir: "tx", span: [0, 4], text: "READ" } });
    at(2).gets(line("7")).says(answered(2));
  });
});

describe("a device that does not answer", () => {
  test("is asked again, then its link is opened anew after a pause", () => {
    const at = client({ requests: [POLL], retries: 1, timeoutMs: 300 });
    at(0)
      .gets(open)
      .says(opened, ...polls())
      .waitsUntil(300);
    at(300)
      .elapses()
      .says(...polls(2))
      .waitsUntil(600);
    at(600)
      .elapses()
      .says(
        asks("close"),
        state("backing-off", { after: "unanswered", request: "poll", failures: 1, pause: millis(500) }),
      )
      .waitsUntil(1100);
    at(601).gets(closed);
    at(1100)
      .elapses()
      .says(...connecting(2));
    at(1110)
      .gets(open)
      .says(opened, ...polls());
  });

  test("answers the second attempt, and the latency is that attempt's", () => {
    const at = client({ requests: [POLL], timeoutMs: 300 });
    at(0)
      .gets(open)
      .says(opened, ...polls());
    at(300)
      .elapses()
      .says(...polls(2));
    at(310)
      .gets(line("VALUE 7"))
      .says(state("ready", { after: "answered", request: "poll", attempt: 2, latency: millis(10) }));
  });

  test("is left alone until the next time where the client is told to go on", () => {
    const at = client({ requests: [POLL], retries: 0, timeoutMs: 300, unanswered: "continue" });
    at(0)
      .gets(open)
      .says(opened, ...polls());
    at(300)
      .elapses()
      .says(state("ready", { after: "unanswered", request: "poll" }))
      .waitsUntil(1000);
  });

  test("answers in the very instant of the deadline, and in time", () => {
    const at = client({ requests: [POLL], timeoutMs: 300 });
    at(0)
      .gets(open)
      .says(opened, ...polls());
    at(300).gets(line("VALUE 7")).says(answered(300));
  });
});

describe("options", () => {
  const problems = (options: JsonObject) => {
    const { error } = requestReplyOptions.safeParse(options);
    return error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
  };

  test("need nothing but say what they are", () => {
    expect(requestReplyOptions.parse({})).toEqual({
      framer: { subject: "lines" },
      connect: { timeoutMs: 5000, backoffMs: 500, backoffMaxMs: 30_000, factor: 2 },
      requests: [],
      timeoutMs: 1000,
      retries: 2,
      unanswered: "reconnect",
    });
  });

  test("are refused by the name of what is wrong", () => {
    expect(problems({ timeout: 5 })).toEqual([': Unrecognized key: "timeout"']);
    expect(problems({ requests: [POLL, POLL] })).toEqual(["requests: have the same name twice"]);
    expect(problems({ requests: [{ ...POLL, everyMs: 0 }] })[0]).toMatch(/^requests\.0\.everyMs: /);
    expect(problems({ requests: [{ ...POLL, send: { hex: "0g" } }] })[0]).toMatch(/^requests\.0\.send/);
    expect(problems({ heartbeat: { send: { text: "P" } } })[0]).toMatch(/^heartbeat\.everyMs: /);
  });
});

const anyInput = fc.constantFrom<SessionInput>(
  open,
  closed,
  end,
  line("VALUE 1"),
  line("ERROR"),
  line("PONG"),
  line("ALARM"),
  { type: "link", change: "half-close" },
  { type: "gap", cause: "overrun", dir: "rx" },
  { type: "fault", fault: { type: "fault", fault: "rubbish", dir: "rx", span: [0, 1], raw: "00" } },
);

property.prop([fc.array(fc.tuple(anyInput, fc.nat(2500)), { maxLength: 40 }), fc.nat(2), fc.boolean()])(
  "whatever the device does, the client sends only on an open link, one request at a time, and its deadlines move on",
  (inputs, retries, reconnects) => {
    const config = requestReplyOptions.parse({
      requests: [
        { ...POLL, refuse: { text: "ERROR" } },
        { name: "tick", send: { text: "T" }, everyMs: 700 },
      ],
      heartbeat: { send: { text: "PING" }, expect: { text: "PONG" }, everyMs: 900, missesMax: 2 },
      unanswered: reconnects ? "reconnect" : "continue",
      retries,
    });
    let current = requestReply.initial(config);
    let name = "starting";
    const step = (input: SessionInput | typeof ELAPSED, ms: number) => {
      const result = requestReply.step(current, input, ms as never);
      current = result.state;
      for (const output of result.outputs) {
        if (output.type === "send") expect(["ready", "waiting"]).toContain(name);
        if (output.type === "say") {
          const next = String(output.value["state"]);
          if (next === "waiting" && name === "waiting") expect(output.value["attempt"]).toBeGreaterThan(1);
          if (name === "stopped") expect.unreachable("stopped is the last state");
          name = next;
        }
      }
    };
    let now = 0;
    for (const [input, pause] of inputs) {
      now += millis(pause);
      for (let due = requestReply.deadline(current); due !== undefined && due < now; ) {
        step(ELAPSED, due);
        const next = requestReply.deadline(current);
        expect(next ?? Number.POSITIVE_INFINITY).toBeGreaterThan(due);
        due = next;
      }
      step(input, now);
    }
  },
);
