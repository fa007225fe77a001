import { describe, expect, test } from "vitest";
import { pcap } from "./capture-files.ts";
import { type Imported, type ImportingOptions, importing, story } from "./importing.ts";
import { TcpTalk } from "./tcp-talk.ts";

const heard = (talk: TcpTalk, options: ImportingOptions = {}): Promise<Imported> =>
  importing(pcap(talk.packets), options);
const odd = ({ report }: Imported): Record<string, [count: number, bytes: number]> =>
  Object.fromEntries(report.oddities.map(({ kind, count, bytes }) => [kind, [count, bytes]]));
const opening = ["0 stream 10.0.0.1:40000-10.0.0.2:502", "0 open"];

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

  test("has a gap with its size for bytes that the other end got and the capture did not", async () => {
    const talk = new TcpTalk()
      .handshake()
      .says("device", 0, "abc")
      .says("device", 8, "ijk")
      .ack("caller", 3)
      .ack("caller", 11)
      .says("device", 11, "l");
    const imported = await heard(talk);
    expect(story(imported.records, true).slice(2)).toEqual([
      "@3000000 0 rx abc",
      "@6000000 0 gap rx truncated 5",
      "@6000000 0 rx ijk",
      "@7000000 0 rx l",
    ]);
    expect(odd(imported)).toEqual({ missing: [1, 5], "out-of-order": [1, 3] });
  });

  test("has a gap as soon as exactly the missing bytes are acknowledged", async () => {
    const talk = new TcpTalk().handshake().says("device", 5, "f").ack("caller", 5).says("device", 6, "g");
    expect(story((await heard(talk)).records, true).slice(2)).toEqual([
      "@4000000 0 gap rx truncated 5",
      "@4000000 0 rx f",
      "@5000000 0 rx g",
    ]);
  });

  test("waits for bytes that the other end says it has not got", async () => {
    const talk = new TcpTalk().handshake().says("device", 3, "def");
    for (let second = 0; second < 5; second++) talk.waits(1000).ack("caller", 0);
    talk.says("device", 6, "ghi").says("device", 0, "abc");
    expect(story((await heard(talk)).records).slice(2)).toEqual(["0 rx abc", "0 rx def", "0 rx ghi"]);
  });

  test("does not wait longer than 2 s where the other end is not in the capture", async () => {
    const talk = new TcpTalk().says("device", 0, "abc").says("device", 6, "ghi").waits(2001).says("device", 9, "jkl");
    expect(story((await heard(talk)).records).slice(1)).toEqual([
      "0 open no handshake in the capture",
      "0 rx abc",
      "0 gap rx truncated 3",
      "0 rx ghi",
      "0 rx jkl",
    ]);
  });

  test("gives up a hole when a megabyte waits behind it", async () => {
    const talk = new TcpTalk().handshake();
    const full = "x".repeat(60_000);
    for (let index = 0; index < 20; index++) talk.says("device", 1 + index * full.length, full);
    const { records } = await heard(talk);
    expect(records[2]).toMatchObject({ type: "gap", bytes: 1, at: 20_000_000 });
    expect(records.filter((record) => record.type === "raw")).toHaveLength(20);
  });

  test("gives up a hole when a thousand pieces wait behind it", async () => {
    const talk = new TcpTalk().handshake();
    for (let index = 0; index < 1030; index++) talk.says("device", 10 + index * 2, "x");
    const { records } = await heard(talk);
    expect(records.filter((record) => record.type === "gap").length).toBeGreaterThan(1000);
    expect(records[2]).toMatchObject({ type: "gap", bytes: 10, at: 1_027_000_000 });
  });

  test("has gaps for what never came when the capture is over", async () => {
    const talk = new TcpTalk()
      .handshake()
      .says("device", 2, "c")
      .ack("caller", 0)
      .says("device", 9, "j")
      .ack("caller", 2);
    expect(story((await heard(talk)).records, true).slice(2)).toEqual([
      "@6000000 0 gap rx truncated 2",
      "@6000000 0 rx c",
      "@6000000 0 gap rx truncated 6",
      "@6000000 0 rx j",
    ]);
  });

  test("has a gap at its end for bytes that were acknowledged and never seen", async () => {
    const talk = new TcpTalk().handshake().says("device", 0, "a").ack("caller", 101).rst("device", 101);
    expect(story((await heard(talk)).records).slice(2)).toEqual(["0 rx a", "0 gap rx truncated 100", "0 reset rx"]);
  });

  test("does not take a FIN that was missed for a missing byte", async () => {
    const talk = new TcpTalk().handshake().says("device", 0, "a").ack("caller", 2).rst("caller", 0);
    expect(story((await heard(talk)).records).slice(2)).toEqual(["0 rx a", "0 reset tx"]);
  });

  test("is not ended by a FIN before its last bytes have come", async () => {
    const talk = new TcpTalk().handshake().fin("device", 3).says("device", 0, "abc").fin("caller", 0, 4);
    expect(story((await heard(talk)).records).slice(2)).toEqual(["0 rx abc", "0 half-close rx", "0 close"]);
  });

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

  test("carries the bytes of its SYN", async () => {
    const talk = new TcpTalk().says("caller", -1, "quick", { flags: 2 }).synAck().says("caller", 5, "er");
    expect(story((await heard(talk)).records)).toEqual([...opening.slice(0, 1), "0 open", "0 tx quick", "0 tx er"]);
  });

  test("has a gap where the capture kept only the beginning of a packet", async () => {
    const talk = new TcpTalk()
      .handshake()
      .says("device", 0, "abcdef", { captured: 2 })
      .says("device", 6, "ghi", { captured: 0 });
    const imported = await heard(talk);
    expect(story(imported.records).slice(2)).toEqual(["0 rx ab", "0 gap rx truncated 4", "0 gap rx truncated 3"]);
    expect(odd(imported)).toEqual({ truncated: [2, 7] });
  });

  test("has the gap of a cut packet also when the packet had to wait", async () => {
    const talk = new TcpTalk()
      .handshake()
      .says("device", 3, "defgh", { captured: 2 })
      .says("device", 0, "abc")
      .says("device", 8, "i");
    expect(story((await heard(talk)).records).slice(2)).toEqual([
      "0 rx abc",
      "0 rx de",
      "0 gap rx truncated 3",
      "0 rx i",
    ]);
  });

  test("of another port is left out where ports are named, and counted", async () => {
    const imported = await heard(new TcpTalk().handshake().says("device", 0, "abc"), { ports: new Set([503]) });
    expect(imported.records).toEqual([]);
    expect(odd(imported)).toEqual({ filtered: [4, 0] });
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
