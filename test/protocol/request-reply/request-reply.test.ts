import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/bytes/json.ts";
import { ELAPSED, type SessionInput } from "../../../src/machine/machine.ts";
import { requestReply } from "../../../src/protocol/request-reply/request-reply.ts";
import { requestReplyOptions } from "../../../src/protocol/request-reply/schema.ts";
import { millis } from "../../../src/time/nanos.ts";
import { closed, end, open, transcript } from "../../machine/transcript.ts";

const POLL = { name: "poll", send: { text: "READ\r\n" }, expect: { text: { startsWith: "VALUE " } }, everyMs: 1000 };

const client = (options: JsonObject) => transcript(requestReply, requestReplyOptions.parse(options));

const line = (text: string): SessionInput => ({
  type: "frame",
  frame: { type: "frame", dir: "rx", span: [0, 8], text },
});
const state = (name: string, rest: object = {}) => ({ type: "say", value: { type: "state", state: name, ...rest } });
const sends = (text: string) => ({ type: "send", bytes: new TextEncoder().encode(text) });
const asks = (link: "open" | "close") => ({ type: "ask", link });

const connecting = (attempt: number) => [asks("open"), state("connecting", { attempt })];
const opened = state("ready", { after: "open" });
const polls = (attempt = 1) => [sends("READ\r\n"), state("waiting", { request: "poll", attempt })];
const answered = (latency: number, rest: object = {}) =>
  state("ready", { after: "answered", request: "poll", attempt: 1, latency: millis(latency), ...rest });

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

describe("a link", () => {
  test("that does not open in time is tried again after pauses that grow up to a limit", () => {
    const at = client({ connect: { timeoutMs: 100, backoffMs: 1000, factor: 3, backoffMaxMs: 5000 } });
    const failed = (failures: number, pause: number) => [
      asks("close"),
      state("backing-off", { after: "connect-timeout", failures, pause: millis(pause) }),
    ];
    at(0)
      .elapses()
      .says(...connecting(1));
    at(100)
      .elapses()
      .says(...failed(1, 1000));
    at(1100)
      .elapses()
      .says(...connecting(2));
    at(1200)
      .elapses()
      .says(...failed(2, 3000));
    at(4200)
      .elapses()
      .says(...connecting(3));
    at(4300)
      .elapses()
      .says(...failed(3, 5000));
    at(9300)
      .elapses()
      .says(...connecting(4));
    at(9301).gets(open).says(opened);
    // Nothing was heard on it, so it counts as one more that came to nothing.
    at(9400)
      .gets(closed)
      .says(state("backing-off", { after: "close", failures: 4, pause: millis(5000) }));
    at(14_400)
      .elapses()
      .says(...connecting(5));
    at(14_401).gets(open).says(opened);
    at(14_402).gets(line("HELLO"));
    at(14_500)
      .gets({ type: "link", change: "reset" })
      .says(state("backing-off", { after: "reset", failures: 1, pause: millis(1000), others: 1 }));
  });

  test("that the device half closes is closed", () => {
    const at = client({ requests: [POLL] });
    at(0)
      .gets(open)
      .says(opened, ...polls());
    at(1)
      .gets({ type: "link", change: "half-close" })
      .says(asks("close"), state("backing-off", { after: "half-close", failures: 1, pause: millis(500) }));
    at(2).gets(line("VALUE 7"), closed);
    at(501)
      .elapses()
      .says(asks("open"), state("connecting", { attempt: 2, others: 1 }));
  });

  test("that failed often enough is left", () => {
    const at = client({ connect: { failuresMax: 1 } });
    at(0).gets(open).says(opened);
    at(1)
      .gets({ type: "link", change: "lost" })
      .says(state("stopped", { after: "lost", failures: 1 }))
      .waitsUntil(undefined);
    at(2).gets(open, line("HELLO"));
  });

  test("ends with the recording", () => {
    const at = client({ requests: [POLL] });
    at(0)
      .gets(open)
      .says(opened, ...polls());
    at(500)
      .gets(end)
      .says(state("stopped", { after: "end" }))
      .waitsUntil(undefined);
    at(500).gets(end);
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
