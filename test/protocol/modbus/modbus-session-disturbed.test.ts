import { describe, test } from "vitest";
import { closed } from "../../machine/transcript.ts";
import { ASKS, HAS, REPLY, said, session, WHAT } from "./session-wire.ts";

describe("what disturbs the wire", () => {
  test("faults that were heard while a request waited are counted", () => {
    const fault = { type: "fault", fault: "bad-crc", dir: "rx", span: [0, 3], raw: "000000" } as const;
    const at = session();
    at(0).gets(ASKS).says(said("requested", WHAT));
    at(1).gets({ type: "fault", fault }, { type: "fault", fault });
    at(1000)
      .elapses()
      .says(said("timed-out", { ...WHAT, waited: 1_000_000_000, faults: 2 }));
  });

  test("lost bytes may have held the reply, so the device is not blamed", () => {
    const at = session();
    at(0).gets(ASKS).says(said("requested", WHAT));
    at(1).gets({ type: "gap", cause: "overrun", dir: "rx" });
    at(1000)
      .elapses()
      .says(said("cut-off", { ...WHAT, waited: 1_000_000_000, cause: "gap" }));
  });

  test("lost bytes may have held the request, and then its reply is nobody's fault either", () => {
    const at = session();
    at(0).gets({ type: "gap", cause: "overrun", dir: "tx" });
    at(5)
      .gets(HAS)
      .says(said("unsolicited", { ...REPLY, cause: "gap" }));
    at(1001)
      .gets(HAS)
      .says(said("unsolicited", { ...REPLY, cause: "no-request" }));
  });

  test("a link that closes cuts off what waits, and nothing of it is remembered on the next one", () => {
    const at = session();
    at(0).gets(ASKS).says(said("requested", WHAT));
    at(1)
      .gets(closed)
      .says(said("cut-off", { ...WHAT, waited: 1_000_000, cause: "link" }))
      .waitsUntil(undefined);
    at(2)
      .gets(HAS)
      .says(said("unsolicited", { ...REPLY, cause: "no-request" }));
  });

  test("an end that will say no more may still hear the reply", () => {
    const at = session();
    at(0).gets(ASKS).says(said("requested", WHAT));
    at(1).gets({ type: "link", change: "half-close" });
    at(2)
      .gets(HAS)
      .says(said("answered", { ...WHAT, latency: 2_000_000 }));
  });
});
