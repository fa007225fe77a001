import { describe, expect, test } from "vitest";
import { pcap } from "./capture-files.ts";
import { importing, story } from "./importing.ts";
import { heard, odd, opening } from "./tcp-story.ts";
import { TcpTalk } from "./tcp-talk.ts";

describe("a TCP connection in a capture", () => {
  test("says in which direction it fell silent first", async () => {
    const talk = new TcpTalk()
      .handshake()
      .fin("device", 0)
      .says("caller", 0, "more", { acknowledged: 1 })
      .fin("caller", 4, 1);
    expect(story((await heard(talk)).records).slice(2)).toEqual(["0 half-close rx", "0 tx more", "0 close"]);
  });

  test("that is refused is a channel that was reset", async () => {
    const refused = await heard(new TcpTalk().syn().rst("device", 0));
    expect(story(refused.records)).toEqual([opening[0], "0 reset rx refused"]);
  });

  test("that nobody answers is counted and leaves no channel", async () => {
    const imported = await heard(new TcpTalk().syn().waits(1000).syn());
    expect(imported.records).toEqual([]);
    expect(odd(imported)).toEqual({ unanswered: [1, 0] });
  });

  test("on ports that were used before is a channel of its own", async () => {
    const [first, second] = [new TcpTalk(), new TcpTalk({ callerStart: 77_000, deviceStart: 99_000 }).waits(100)];
    first.handshake().says("device", 0, "one").fin("device", 3).fin("caller", 0, 4);
    second.handshake().says("device", 0, "two");
    const imported = await importing(pcap([...first.packets, ...second.packets]));
    expect(story(imported.records).slice(2)).toEqual([
      "0 rx one",
      "0 half-close rx",
      "0 close",
      "1 stream 10.0.0.1:40000-10.0.0.2:502#2",
      "1 open",
      "1 rx two",
    ]);
  });

  test("that was closed is not continued: bytes beyond its end are of another one", async () => {
    const talk = new TcpTalk()
      .handshake()
      .fin("device", 0)
      .fin("caller", 0, 1)
      .says("device", 1, "new")
      .says("device", 1, "new");
    expect(story((await heard(talk)).records).slice(2)).toEqual([
      "0 half-close rx",
      "0 close",
      "1 stream 10.0.0.1:40000-10.0.0.2:502#2",
      "1 open no handshake in the capture",
      "1 rx new",
    ]);
  });

  test("without a handshake has the end as its device that has accepted others", async () => {
    const accepts = new TcpTalk({ devicePort: 50_000, callerPort: 40_001 }).handshake();
    const goesOn = new TcpTalk({ devicePort: 50_000, callerPort: 300 }).waits(100).says("device", 0, "hello");
    const { records } = await importing(pcap([...accepts.packets, ...goesOn.packets]));
    expect(story(records).slice(2)).toEqual([
      "1 stream 10.0.0.1:300-10.0.0.2:50000",
      "1 open no handshake in the capture",
      "1 rx hello",
    ]);
  });

  test("that another one replaces without a farewell is lost", async () => {
    const [first, second] = [new TcpTalk(), new TcpTalk({ callerStart: 77_000, deviceStart: 99_000 }).waits(100)];
    first.handshake().says("device", 0, "one");
    second.syn().synAck();
    const imported = await importing(pcap([...first.packets, ...second.packets]));
    expect(story(imported.records).slice(3, 5)).toEqual([
      "0 lost the same ports began another connection",
      "1 stream 10.0.0.1:40000-10.0.0.2:502#2",
    ]);
  });

  test("that jumps by more than any window is another one", async () => {
    const first = new TcpTalk().handshake().says("device", 0, "one");
    const second = new TcpTalk({ deviceStart: 0x7000_0000 }).waits(100).says("device", 0, "two");
    const imported = await importing(pcap([...first.packets, ...second.packets]));
    expect(story(imported.records).slice(3)).toEqual([
      "0 lost the same ports began another connection",
      "1 stream 10.0.0.1:40000-10.0.0.2:502#2",
      "1 open no handshake in the capture",
      "1 rx two",
    ]);
  });

  test("goes on when bytes follow a reset that nobody obeyed", async () => {
    const talk = new TcpTalk()
      .handshake()
      .says("device", 0, "one")
      .rst("caller", 0)
      .says("device", 0, "one")
      .says("device", 3, "two");
    expect(story((await heard(talk)).records).slice(2)).toEqual([
      "0 rx one",
      "0 reset tx",
      "0 open went on after the reset",
      "0 rx two",
    ]);
  });

  test("is not disturbed by keep-alives, zero windows and their probes", async () => {
    const talk = new TcpTalk()
      .handshake()
      .says("device", 0, "ab")
      .ack("caller", 2)
      .says("device", 1, "\0")
      .ack("device", 0, 1)
      .ack("caller", 2)
      .says("device", 2, "c")
      .says("device", 2, "cdef");
    const imported = await heard(talk);
    expect(story(imported.records).slice(2)).toEqual(["0 rx ab", "0 rx c", "0 rx def"]);
    expect(odd(imported)).toEqual({ "keep-alive": [1, 1], overlapping: [1, 1] });
  });

  test("that was followed before the capture began may be seen before the acknowledgement that came first", async () => {
    const talk = new TcpTalk()
      .says("caller", 0, "x", { acknowledged: 3 })
      .says("device", 0, "abc")
      .says("device", 3, "def");
    expect(story((await heard(talk)).records).slice(2)).toEqual(["0 tx x", "0 rx abc", "0 rx def"]);
  });

  test("whose FIN came before bytes that never did is half-closed when the capture is over", async () => {
    const talk = new TcpTalk().handshake().says("device", 0, "a").fin("device", 5);
    expect(story((await heard(talk)).records).slice(2)).toEqual(["0 rx a", "0 gap rx truncated 4", "0 half-close rx"]);
  });
});
