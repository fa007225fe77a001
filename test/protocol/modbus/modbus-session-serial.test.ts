import { describe, test } from "vitest";
import { answersOnLine, asksOnLine, said, session } from "./session-wire.ts";

describe("on a serial line", () => {
  const LINE = { exchange: 1, attempt: 1, unit: 17, function: 3, address: 0x160, quantity: 1 };

  test("the reply of the same unit and function answers the request", () => {
    const at = session();
    at(0).gets(asksOnLine("11 03 0160 0001")).says(said("requested", LINE));
    at(1)
      .gets(answersOnLine("11 03 02 0017"))
      .says(said("answered", { ...LINE, latency: 1_000_000 }));
  });

  test("the reply of another unit does not", () => {
    const at = session();
    at(0).gets(asksOnLine("11 03 0160 0001")).says(said("requested", LINE));
    at(1)
      .gets(answersOnLine("12 03 02 0000"))
      .says(said("unsolicited", { unit: 18, function: 3, cause: "other-request" }));
    at(1000)
      .elapses()
      .says(said("timed-out", { ...LINE, waited: 1_000_000_000 }));
  });

  test("the next request shows that the one before it was given up", () => {
    const at = session();
    const next = { ...LINE, exchange: 2, unit: 18 };
    at(0).gets(asksOnLine("11 03 0160 0001")).says(said("requested", LINE));
    at(300)
      .gets(asksOnLine("12 03 0160 0001"))
      .says(said("given-up", { ...LINE, waited: 300_000_000 }), said("requested", next));
    at(301)
      .gets(answersOnLine("12 03 02 0017"))
      .says(said("answered", { ...next, latency: 1_000_000 }));
  });

  test("the same request again is a retry, and the answer is to the last one", () => {
    const at = session();
    const again = { ...LINE, attempt: 2 };
    at(0).gets(asksOnLine("11 03 0160 0001")).says(said("requested", LINE));
    at(300).gets(asksOnLine("11 03 0160 0001")).says(said("retried", again)).waitsUntil(1300);
    at(302)
      .gets(answersOnLine("11 03 02 0017"))
      .says(said("answered", { ...again, latency: 2_000_000 }));
  });

  test("a late answer is told from the present one by how much was asked for", () => {
    const at = session();
    const next = { ...LINE, exchange: 2, quantity: 2 };
    at(0).gets(asksOnLine("11 03 0160 0001")).says(said("requested", LINE));
    at(300)
      .gets(asksOnLine("11 03 0160 0002"))
      .says(said("given-up", { ...LINE, waited: 300_000_000 }), said("requested", next));
    at(310)
      .gets(answersOnLine("11 03 02 0017"))
      .says(said("late", { ...LINE, latency: 310_000_000 }));
    at(320)
      .gets(answersOnLine("11 03 04 0017 0018"))
      .says(said("answered", { ...next, latency: 20_000_000 }));
  });

  test("a device that has answered since has nothing more to say to what it was asked before", () => {
    const at = session();
    const next = { ...LINE, exchange: 2, function: 4 };
    const last = { ...LINE, exchange: 3, quantity: 2 };
    at(0).gets(asksOnLine("11 03 0160 0001")).says(said("requested", LINE));
    at(300)
      .gets(asksOnLine("11 04 0160 0001"))
      .says(said("given-up", { ...LINE, waited: 300_000_000 }), said("requested", next));
    at(301)
      .gets(answersOnLine("11 04 02 0017"))
      .says(said("answered", { ...next, latency: 1_000_000 }));
    at(400).gets(asksOnLine("11 03 0160 0002")).says(said("requested", last));
    at(401)
      .gets(answersOnLine("11 03 02 0017"))
      .says(said("contradicted", { ...last, latency: 1_000_000, wrong: "quantity" }));
  });

  test("a reply that fits no request that timed out is not late but unsolicited", () => {
    const at = session();
    at(0).gets(asksOnLine("11 03 0160 0001")).says(said("requested", LINE));
    at(1000)
      .elapses()
      .says(said("timed-out", { ...LINE, waited: 1_000_000_000 }));
    at(1100)
      .gets(answersOnLine("11 03 04 0017 0018"))
      .says(said("unsolicited", { unit: 17, function: 3, cause: "no-request" }));
    at(1200)
      .gets(answersOnLine("11 03 02 0017"))
      .says(said("late", { ...LINE, latency: 1_200_000_000 }));
  });

  test("nobody answers a broadcast, and nobody waits for it", () => {
    const at = session();
    at(0)
      .gets(asksOnLine("00 06 0001 0003"))
      .says(said("broadcast", { exchange: 1, attempt: 1, unit: 0, function: 6, address: 1 }))
      .waitsUntil(undefined);
  });
});
