import { describe, test } from "vitest";
import { millis } from "../../../src/time/nanos.ts";
import { closed, end, open } from "../../machine/transcript.ts";
import { asks, client, connecting, line, opened, POLL, polls, state } from "./poll-talk.ts";

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
