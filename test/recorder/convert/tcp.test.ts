import { describe, expect, test } from "vitest";
import { pcap } from "./capture-files.ts";
import { importing, story } from "./importing.ts";
import { heard, odd, opening } from "./tcp-story.ts";
import { TcpTalk } from "./tcp-talk.ts";

describe("a TCP connection in a capture", () => {
  test("is followed from its handshake to both ends' farewell, each read at its packet's time", async () => {
    const talk = new TcpTalk()
      .handshake()
      .says("caller", 0, "ask")
      .says("device", 0, "answer", { acknowledged: 3 })
      .fin("caller", 3, 6)
      .ack("device", 4, 6)
      .fin("device", 6, 4)
      .ack("caller", 7, 4);
    const imported = await heard(talk);
    expect(story(imported.records, true)).toEqual([
      "@1000000 0 stream 10.0.0.1:40000-10.0.0.2:502",
      "@1000000 0 open",
      "@3000000 0 tx ask",
      "@4000000 0 rx answer",
      "@5000000 0 half-close tx",
      "@7000000 0 close",
    ]);
    expect(imported.started).toBe(1_795_176_000_000_000_000n);
    expect(imported.records[0]).toMatchObject({
      source: "tcp:10.0.0.2:502",
      settings: { role: "capture", client: "10.0.0.1:40000", device: "10.0.0.2:502" },
    });
    expect(imported.report).toMatchObject({
      format: "pcap",
      found: 9,
      channels: 1,
      reads: 2,
      payload: 9,
      oddities: [],
    });
  });

  test("has the end that accepted as its device, even on the higher port", async () => {
    const talk = new TcpTalk({ callerPort: 300, devicePort: 50_000 }).handshake().says("device", 0, "hello");
    expect(story((await heard(talk)).records)).toEqual([
      "0 stream 10.0.0.1:300-10.0.0.2:50000",
      "0 open",
      "0 rx hello",
    ]);
  });

  test("has the sender of SYN and ACK as its device when the SYN was missed", async () => {
    const talk = new TcpTalk({ callerPort: 300, devicePort: 50_000 }).synAck().says("device", 0, "hello");
    expect(story((await heard(talk)).records)).toEqual([
      "0 stream 10.0.0.1:300-10.0.0.2:50000",
      "0 open",
      "0 rx hello",
    ]);
  });

  test("without a handshake has the lower port as its device, or the port that was asked for", async () => {
    const talk = new TcpTalk({ callerPort: 300, devicePort: 50_000 })
      .says("caller", 0, "ask")
      .says("device", 0, "answer");
    const lower = [
      "0 stream 10.0.0.2:50000-10.0.0.1:300",
      "0 open no handshake in the capture",
      "0 rx ask",
      "0 tx answer",
    ];
    expect(story((await heard(talk)).records)).toEqual(lower);
    const asked = [
      "0 stream 10.0.0.1:300-10.0.0.2:50000",
      "0 open no handshake in the capture",
      "0 tx ask",
      "0 rx answer",
    ];
    expect(story((await heard(talk, { ports: new Set([50_000]) })).records)).toEqual(asked);
  });

  test("that a device calls from the very port where it accepts others is still the device's", async () => {
    const accepts = new TcpTalk().handshake().says("device", 0, "one");
    const calls = new TcpTalk({ callerPort: 502, devicePort: 4446, turned: true }).waits(100).handshake();
    calls.says("caller", 0, "two");
    const { records } = await importing(pcap([...accepts.packets, ...calls.packets]));
    expect(story(records).slice(2)).toEqual(["0 rx one", "1 stream 10.0.0.1:4446-10.0.0.2:502", "1 open", "1 rx two"]);
  });

  test("keeps bytes once that were sent twice", async () => {
    const talk = new TcpTalk().handshake().says("device", 0, "abc").says("device", 0, "abc").says("device", 3, "def");
    const imported = await heard(talk);
    expect(story(imported.records)).toEqual([...opening, "0 rx abc", "0 rx def"]);
    expect(odd(imported)).toEqual({ retransmitted: [1, 3] });
  });

  test("keeps the bytes that were seen first where segments overlap", async () => {
    const talk = new TcpTalk().handshake().says("device", 0, "abcd").says("device", 2, "XYef").says("device", 6, "g");
    const imported = await heard(talk);
    expect(story(imported.records)).toEqual([...opening, "0 rx abcd", "0 rx ef", "0 rx g"]);
    expect(odd(imported)).toEqual({ overlapping: [1, 2] });
  });

  test("keeps what was seen first also among segments that wait", async () => {
    const talk = new TcpTalk()
      .handshake()
      .says("device", 4, "EF")
      .says("device", 8, "IJ")
      .says("device", 2, "cdxxghyyk")
      .says("device", 0, "ab");
    const imported = await heard(talk);
    expect(story(imported.records)).toEqual([
      ...opening,
      "0 rx ab",
      "0 rx cd",
      "0 rx EF",
      "0 rx gh",
      "0 rx IJ",
      "0 rx k",
    ]);
  });

  test("is put in order, each segment at the time of the packet that made it deliverable", async () => {
    const talk = new TcpTalk().handshake().says("device", 6, "ghi").says("device", 3, "def").says("device", 0, "abc");
    const imported = await heard(talk);
    expect(story(imported.records, true).slice(2)).toEqual([
      "@5000000 0 rx abc",
      "@5000000 0 rx def",
      "@5000000 0 rx ghi",
    ]);
    expect(odd(imported)).toEqual({ "out-of-order": [2, 6] });
  });

  test("goes on when its sequence numbers wrap", async () => {
    const talk = new TcpTalk({ deviceStart: 0xffff_fffc, callerStart: 0x7fff_fffe })
      .handshake()
      .says("device", 0, "abcdef")
      .says("caller", 0, "12345", { acknowledged: 6 })
      .says("device", 9, "jkl", { acknowledged: 5 })
      .says("device", 6, "ghi", { acknowledged: 5 })
      .fin("device", 12, 5)
      .fin("caller", 5, 13);
    expect(story((await heard(talk)).records)).toEqual([
      ...opening,
      "0 rx abcdef",
      "0 tx 12345",
      "0 rx ghi",
      "0 rx jkl",
      "0 half-close rx",
      "0 close",
    ]);
  });

  test("carries the bytes of its SYN", async () => {
    const talk = new TcpTalk().says("caller", -1, "quick", { flags: 2 }).synAck().says("caller", 5, "er");
    expect(story((await heard(talk)).records)).toEqual([...opening.slice(0, 1), "0 open", "0 tx quick", "0 tx er"]);
  });

  test("of another port is left out where ports are named, and counted", async () => {
    const imported = await heard(new TcpTalk().handshake().says("device", 0, "abc"), { ports: new Set([503]) });
    expect(imported.records).toEqual([]);
    expect(odd(imported)).toEqual({ filtered: [4, 0] });
  });

  test("over IPv6 is followed in the same way", async () => {
    const talk = new TcpTalk({ version: 6 })
      .handshake()
      .says("device", 3, "def")
      .says("device", 0, "abc")
      .fin("device", 6);
    expect(story((await heard(talk)).records)).toEqual([
      "0 stream [2001:db8::1]:40000-[2001:db8::2]:502",
      "0 open",
      "0 rx abc",
      "0 rx def",
      "0 half-close rx",
    ]);
  });

  test("cut into chunks of any size gives the same records", async () => {
    const talk = new TcpTalk()
      .handshake()
      .says("device", 3, "def")
      .says("caller", 0, "x")
      .says("device", 0, "abc")
      .fin("device", 6);
    const whole = story((await heard(talk)).records, true);
    for (const size of [1, 2, 3, 16, 17, 64, 100])
      expect(story((await heard(talk, { size })).records, true)).toEqual(whole);
  });
});
