import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { ELAPSED, type SessionInput } from "../../../src/machine/machine.ts";
import { modbusSession, MODBUS_SESSION_OPTIONS as OPTIONS } from "../../../src/protocol/modbus/modbus-session.ts";
import { millis, ZERO } from "../../../src/time/nanos.ts";
import { closed, end, transcript } from "../../machine/transcript.ts";
import { ASKS, answers, asks, HAS, REPLY, said, session, WHAT } from "./session-wire.ts";

describe("on a connection", () => {
  test("a reply with the number of the request answers it", () => {
    const at = session();
    at(10).gets(ASKS).says(said("requested", WHAT)).waitsUntil(1010);
    at(12)
      .gets(HAS)
      .says(said("answered", { ...WHAT, latency: 2_000_000 }))
      .waitsUntil(undefined);
  });

  test("requests under way at once are answered in any order", () => {
    const at = session();
    const other = asks("0008 0000 0006 0a 01 0000 0008");
    const what = { exchange: 2, attempt: 1, transaction: 8, unit: 10, function: 1, address: 0, quantity: 8 };
    at(0).gets(ASKS, other).says(said("requested", WHAT), said("requested", what));
    at(1)
      .gets(answers("0008 0000 0004 0a 01 01 05"))
      .says(said("answered", { ...what, latency: 1_000_000 }));
    at(2)
      .gets(HAS)
      .says(said("answered", { ...WHAT, latency: 2_000_000 }));
  });

  test("a device refuses with an exception", () => {
    const at = session();
    at(0).gets(ASKS).says(said("requested", WHAT));
    at(3)
      .gets(answers("0007 0000 0003 0a 83 02"))
      .says(said("refused", { ...WHAT, latency: 3_000_000, exception: 2 }));
  });

  test("a device that does not answer in time times out, and its answer is late", () => {
    const at = session();
    at(0).gets(ASKS).says(said("requested", WHAT));
    at(1000)
      .elapses()
      .says(said("timed-out", { ...WHAT, waited: 1_000_000_000 }));
    at(1500)
      .gets(HAS)
      .says(said("late", { ...WHAT, latency: 1_500_000_000 }));
  });

  test("an answer in the very instant of the deadline is in time", () => {
    const at = session();
    at(0).gets(ASKS).says(said("requested", WHAT));
    at(1000)
      .gets(HAS)
      .says(said("answered", { ...WHAT, latency: 1_000_000_000 }));
  });

  test("a late exception is late and still an exception", () => {
    const at = session();
    at(0).gets(ASKS).says(said("requested", WHAT));
    at(1000)
      .elapses()
      .says(said("timed-out", { ...WHAT, waited: 1_000_000_000 }));
    at(1001)
      .gets(answers("0007 0000 0003 0a 83 06"))
      .says(said("late", { ...WHAT, latency: 1_001_000_000, exception: 6 }));
  });

  test("the same request under a new number is a retry of the same exchange", () => {
    const at = session();
    const again = { ...WHAT, transaction: 8, attempt: 2 };
    at(0).gets(ASKS).says(said("requested", WHAT));
    at(1000)
      .elapses()
      .says(said("timed-out", { ...WHAT, waited: 1_000_000_000 }));
    at(1000).gets(asks("0008 0000 0006 0a 03 0005 0002")).says(said("retried", again));
    at(1004)
      .gets(answers("0008 0000 0007 0a 03 04 0009 0018"))
      .says(said("answered", { ...again, latency: 4_000_000 }));
  });

  test("the same request after its answer is the next poll, not a retry", () => {
    const at = session();
    at(0).gets(ASKS).says(said("requested", WHAT));
    at(1)
      .gets(HAS)
      .says(said("answered", { ...WHAT, latency: 1_000_000 }));
    at(100)
      .gets(ASKS)
      .says(said("requested", { ...WHAT, exchange: 2 }));
    at(101)
      .gets(HAS)
      .says(said("answered", { ...WHAT, exchange: 2, latency: 1_000_000 }));
  });

  test("after a retry was answered the next poll is no retry either, and the first answer is late", () => {
    const at = session();
    const again = { ...WHAT, transaction: 8, attempt: 2 };
    at(0).gets(ASKS).says(said("requested", WHAT));
    at(1000)
      .elapses()
      .says(said("timed-out", { ...WHAT, waited: 1_000_000_000 }));
    at(1000).gets(asks("0008 0000 0006 0a 03 0005 0002")).says(said("retried", again));
    at(1001)
      .gets(answers("0008 0000 0007 0a 03 04 0009 0018"))
      .says(said("answered", { ...again, latency: 1_000_000 }));
    at(1002)
      .gets(asks("0009 0000 0006 0a 03 0005 0002"))
      .says(said("requested", { ...WHAT, exchange: 2, transaction: 9 }));
    at(1003)
      .gets(HAS)
      .says(said("late", { ...WHAT, latency: 1_003_000_000 }));
    at(1003)
      .gets(end)
      .says(said("cut-off", { ...WHAT, exchange: 2, transaction: 9, waited: 1_000_000, cause: "end" }));
  });

  test("a client that uses one number for everything has given up a request when it asks for something else", () => {
    const at = session();
    const next = { exchange: 2, attempt: 1, transaction: 7, unit: 10, function: 3, address: 6, quantity: 1 };
    at(0).gets(ASKS).says(said("requested", WHAT));
    at(200)
      .gets(asks("0007 0000 0006 0a 03 0006 0001"))
      .says(said("given-up", { ...WHAT, waited: 200_000_000 }), said("requested", next));
    at(201)
      .gets(HAS)
      .says(said("late", { ...WHAT, latency: 201_000_000 }));
    at(202)
      .gets(answers("0007 0000 0005 0a 03 02 0001"))
      .says(said("answered", { ...next, latency: 2_000_000 }));
  });

  test("such a client's wrong reply is the present one's, unless it fits what was given up", () => {
    const at = session();
    const next = { exchange: 2, attempt: 1, transaction: 7, unit: 10, function: 3, address: 6, quantity: 1 };
    at(0).gets(ASKS).says(said("requested", WHAT));
    at(200)
      .gets(asks("0007 0000 0006 0a 03 0006 0001"))
      .says(said("given-up", { ...WHAT, waited: 200_000_000 }), said("requested", next));
    at(201)
      .gets(answers("0007 0000 0009 0a 03 06 0001 0002 0003"))
      .says(said("contradicted", { ...next, latency: 1_000_000, wrong: "quantity" }));
    at(202)
      .gets(answers("0007 0000 0009 0a 03 06 0001 0002 0003"))
      .says(said("late", { ...WHAT, latency: 202_000_000 }));
  });

  test("a reply that nobody asked for is unsolicited", () => {
    const at = session();
    at(0)
      .gets(HAS)
      .says(said("unsolicited", { ...REPLY, cause: "no-request" }));
    at(1)
      .gets(asks("0008 0000 0006 0a 03 0005 0002"))
      .says(said("requested", { ...WHAT, transaction: 8 }));
    at(2)
      .gets(HAS)
      .says(said("unsolicited", { ...REPLY, cause: "other-request" }));
    at(3)
      .gets(answers("0008 0000 0007 0b 03 04 0009 0018"))
      .says(said("unsolicited", { ...REPLY, transaction: 8, unit: 11, cause: "other-request" }));
    at(4)
      .gets(answers("0008 0000 0007 0a 03 04 0009 0018"))
      .says(said("answered", { ...WHAT, transaction: 8, latency: 3_000_000 }));
  });

  test.each([
    ["too few registers", "03 0005 0002", "03 02 0009", "quantity"],
    ["too few bits", "01 0000 0009", "01 01 05", "quantity"],
    ["another address", "06 0001 0003", "06 0002 0003", "address"],
    ["another value", "06 0001 0003", "06 0001 0004", "value"],
    ["another quantity", "10 0001 0001 02 0003", "10 0001 0002", "quantity"],
    ["another mask", "16 0004 00f2 0025", "16 0004 00f2 0026", "value"],
  ])("a device that answers with %s contradicts the request", (_name, request, reply, wrong) => {
    const framed = (pdu: string) =>
      `0007 0000 ${(pdu.replaceAll(" ", "").length / 2 + 1).toString(16).padStart(4, "0")} 0a ${pdu}`;
    const state = modbusSession.initial(OPTIONS);
    modbusSession.step(state, asks(framed(request)), ZERO);
    const { outputs } = modbusSession.step(state, answers(framed(reply)), millis(1));
    expect(outputs).toMatchObject([said("contradicted", { wrong, latency: 1_000_000 })]);
  });

  test("unit 0 is a device like any other", () => {
    const at = session();
    at(0)
      .gets(asks("0001 0000 0006 00 06 0001 0003"))
      .says(said("requested", { exchange: 1, attempt: 1, transaction: 1, unit: 0, function: 6, address: 1 }));
    at(5)
      .gets(closed)
      .says(
        said("cut-off", {
          ...{ exchange: 1, attempt: 1, transaction: 1, unit: 0, function: 6, address: 1 },
          ...{ waited: 5_000_000, cause: "link" },
        }),
      );
  });

  test("no more requests are kept than the limit says, and the oldest gives way", () => {
    const at = transcript(modbusSession, { ...OPTIONS, pendingMax: 1 });
    const next = { ...WHAT, exchange: 2, transaction: 8, address: 6 };
    at(0).gets(ASKS).says(said("requested", WHAT));
    at(1)
      .gets(asks("0008 0000 0006 0a 03 0006 0002"))
      .says(said("given-up", { ...WHAT, waited: 1_000_000 }), said("requested", next))
      .waitsUntil(1001);
    at(1001)
      .elapses()
      .says(said("timed-out", { ...next, waited: 1_000_000_000 }));
  });
});

test("an old request is forgotten, so that an answer hours later is nobody's", () => {
  const at = session();
  at(0).gets(ASKS).says(said("requested", WHAT));
  at(1000)
    .elapses()
    .says(said("timed-out", { ...WHAT, waited: 1_000_000_000 }));
  at(11_001)
    .gets(HAS)
    .says(said("unsolicited", { ...REPLY, cause: "no-request" }));
});

test("frames of another protocol pass by", () => {
  const at = session();
  at(0).gets({ type: "frame", frame: { type: "frame", dir: "rx", span: [0, 3], text: "OK" } });
});

const anyFrame = fc
  .record({
    role: fc.constantFrom("request", "reply", 7),
    transaction: fc.option(fc.nat(3), { nil: undefined }),
    unit: fc.nat(2),
    function: fc.constantFrom(1, 3, 6, 16, 43, 99),
    exception: fc.option(fc.nat(3), { nil: undefined }),
    quantity: fc.option(fc.oneof(fc.nat(3), fc.string()), { nil: undefined }),
    values: fc.option(fc.oneof(fc.array(fc.nat(2)), fc.nat()), { nil: undefined }),
  })
  .map((fields): SessionInput => ({ type: "frame", frame: { type: "frame", dir: "rx", span: [0, 1], ...fields } }));
const anyInput = fc.oneof(
  { weight: 8, arbitrary: anyFrame },
  fc.constantFrom<SessionInput>({ type: "gap", cause: "queue", dir: undefined }, closed, end, {
    type: "link",
    change: "open",
  }),
);

property.prop([fc.array(fc.tuple(anyInput, fc.nat(3000)), { maxLength: 60 })])(
  "whatever is heard, each request ends once, a deadline moves on, and little is remembered",
  (inputs) => {
    const options = { ...OPTIONS, pendingMax: 4 };
    let state = modbusSession.initial(options);
    const open = new Map<string, number>();
    const note = (outputs: readonly { readonly type: string; readonly value?: object }[]) => {
      for (const { value } of outputs) {
        const { state: name, exchange, attempt } = value as { state: string; exchange?: number; attempt?: number };
        if (exchange === undefined) continue;
        const key = `${exchange}/${attempt}`;
        if (name === "requested" || name === "retried") open.set(key, (open.get(key) ?? 0) + 1);
        else if (name !== "late" && name !== "broadcast") open.set(key, (open.get(key) ?? 0) - 1);
      }
    };
    let now = 0;
    for (const [input, pause] of inputs) {
      now += pause;
      for (let due = modbusSession.deadline(state); due !== undefined && due < millis(now); ) {
        note(modbusSession.step(state, ELAPSED, due).outputs);
        const next = modbusSession.deadline(state);
        expect(next ?? Number.POSITIVE_INFINITY).toBeGreaterThan(due);
        due = next;
      }
      const result = modbusSession.step(state, input, millis(now));
      state = result.state;
      note(result.outputs);
      expect(state.pending.length).toBeLessThanOrEqual(4);
      expect(state.unanswered.length).toBeLessThanOrEqual(4);
    }
    note(modbusSession.step(state, end, millis(now)).outputs);
    // A retry on the same wire takes the place of the request that it repeats, without a word about that one.
    for (const left of open.values()) expect(left === 0 || left === 1).toBe(true);
  },
);
