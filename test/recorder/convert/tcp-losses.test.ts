import { describe, expect, test } from "vitest";
import { story } from "./importing.ts";
import { heard, odd } from "./tcp-story.ts";
import { TcpTalk } from "./tcp-talk.ts";

describe("what a capture lost of a TCP connection", () => {
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
});
