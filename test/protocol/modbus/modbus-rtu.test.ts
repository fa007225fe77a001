import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/bytes/hex.ts";
import { modbusRtu, MODBUS_RTU_OPTIONS as OPTIONS } from "../../../src/protocol/modbus/modbus-rtu.ts";
import { chunked, forever, joined } from "../framer-laws.ts";
import { hears, hex } from "../transcript.ts";
import { broken, rtu } from "./rtu-wire.ts";

const ASKS = rtu("11 03 006b 0003");
const HAS = rtu("11 03 06 022b 0000 0064");
const REFUSES = rtu("11 83 02");
const OWN = rtu("11 42 00000000");
/** 3.5 characters of 11 bits at 19,200 baud, in milliseconds, and 250 ms more. */
const SILENCE = 2.005209;
const STALL = SILENCE + 250;

describe("the length of a frame", () => {
  test("is known from its function, so that its last byte ends it and no silence is waited for", () => {
    hears(modbusRtu, OPTIONS)
      .gets(HAS.subarray(0, 10))
      .says()
      .gets(HAS.subarray(10))
      .says({
        type: "frame",
        dir: "rx",
        span: [0, 11],
        role: "reply",
        unit: 0x11,
        function: 3,
        values: [0x22b, 0, 0x64],
      })
      .wakes(undefined);
  });

  test("tells frames apart that run into each other", () => {
    hears(modbusRtu, OPTIONS)
      .gets(joined([HAS, REFUSES, HAS]))
      .says({ span: [0, 11] }, { span: [11, 5], function: 3, exception: 2 }, { span: [16, 11] });
  });

  test("holds a frame together whose second half comes late", () => {
    hears(modbusRtu, OPTIONS)
      .gets(HAS.subarray(0, 5))
      .wakes(SILENCE)
      .at(SILENCE)
      .elapses()
      .says()
      .wakes(undefined)
      .at(100)
      .gets(HAS.subarray(5))
      .says({ type: "frame", span: [0, 11] });
  });

  test.each([
    ["reading exception status", "11 07", "11 07 6d"],
    ["diagnostics", "11 08 0000 a537", "11 08 0000 a537"],
    ["the event counter", "11 0b", "11 0b ffff 0108"],
    ["the event log", "11 0c", "11 0c 08 0000 0108 0121 2000"],
    ["writing coils", "11 0f 0013 000a 02 cd01", "11 0f 0013 000a"],
    ["writing registers", "11 10 0001 0002 04 000a 0102", "11 10 0001 0002"],
    ["the server's name", "11 11", "11 11 03 2aff41"],
    ["reading a file", "11 14 07 06 0004 0001 0002", "11 14 06 05 06 0dfe 0020"],
    ["writing a file", "11 15 09 06 0004 0007 0001 06af", "11 15 09 06 0004 0007 0001 06af"],
    ["masking", "11 16 0004 00f2 0025", "11 16 0004 00f2 0025"],
    ["reading and writing", "11 17 0003 0006 000e 0001 02 00ff", "11 17 04 00fe 0acd"],
    ["reading a queue", "11 18 04de", "11 18 0006 0002 01b8 1284"],
    ["identification", "11 2b 0e 01 00", "11 2b 0e 01 01 00 00 02 00 02 4141 01 01 42"],
  ])("is known of %s, both ways", (_name, request, reply) => {
    hears(modbusRtu, OPTIONS, { dir: "tx" }).gets(rtu(request)).says({ role: "request" }).wakes(undefined);
    hears(modbusRtu, OPTIONS).gets(rtu(reply)).says({ role: "reply" }).wakes(undefined);
  });
});

describe("a frame that a bit error broke", () => {
  test("is reported when the next one shows where it ended", () => {
    hears(modbusRtu, OPTIONS)
      .gets(broken(HAS))
      .says()
      .at(SILENCE)
      .elapses()
      .at(10)
      .gets(HAS)
      .at(10 + SILENCE)
      .elapses()
      .says(
        { type: "fault", fault: "bad-crc", span: [0, 11], raw: toHex(broken(HAS)) },
        { type: "frame", span: [11, 11] },
      );
  });

  test("is reported when nothing follows it", () => {
    hears(modbusRtu, OPTIONS)
      .gets(broken(HAS))
      .at(SILENCE)
      .elapses()
      .says()
      .at(STALL)
      .elapses()
      .says({ fault: "bad-crc", span: [0, 11], delimited: "silence" });
  });

  test("does not hide a maker's own function behind it once the line was silent between them", () => {
    hears(modbusRtu, OPTIONS)
      .gets(broken(HAS))
      .at(SILENCE)
      .elapses()
      .at(10)
      .gets(OWN)
      .at(10 + SILENCE)
      .elapses()
      .says({ fault: "bad-crc", span: [0, 11] }, { type: "frame", span: [11, 8], function: 0x42 });
  });
});

/** Nobody can be asked for no register: a frame with a right CRC that is odd all the same. */
const ODD = rtu("11 03 0001 0000");

describe("a frame that is odd but whose CRC is right", () => {
  test("is believed at once where a frame is due", () => {
    hears(modbusRtu, OPTIONS, { dir: "tx" })
      .gets(ODD, rtu("11 03 c800 0000"))
      .says({ span: [0, 8], role: "request", quantity: 0 }, { span: [8, 8], address: 0xc800 });
  });

  test("is told by silence where another reading would be longer", () => {
    hears(modbusRtu, OPTIONS)
      .gets(rtu("11 03 c800 0000"))
      .says()
      .at(SILENCE)
      .elapses()
      .says({ role: "request", address: 0xc800, quantity: 0 });
  });

  test("is not believed amid rubbish", () => {
    hears(modbusRtu, OPTIONS)
      .gets(hex("00 ff"), ODD, HAS)
      .ends()
      .says({ fault: "bad-crc", span: [0, 10] }, { type: "frame", span: [10, 11] })
      .gets(hex("ee"), rtu("00 03 0001 0001"), HAS)
      .ends()
      .says({ fault: "bad-crc", span: [21, 9] }, { type: "frame", span: [30, 11] })
      .gets(broken(HAS), ODD)
      .at(SILENCE)
      .elapses()
      .says()
      .at(STALL)
      .elapses()
      .says({ fault: "bad-crc", span: [41, 19] });
  });

  test("is believed amid rubbish when it fills the time between two silences", () => {
    hears(modbusRtu, OPTIONS)
      .gets(broken(HAS))
      .at(SILENCE)
      .elapses()
      .at(10)
      .gets(ODD)
      .at(10 + SILENCE)
      .elapses()
      .says({ fault: "bad-crc", span: [0, 11] }, { type: "frame", span: [11, 8], quantity: 0 });
  });

  test("behind a maker's own function is read as what it parses as", () => {
    hears(modbusRtu, OPTIONS)
      .gets(OWN, ODD)
      .at(SILENCE)
      .elapses()
      .says({ function: 0x42, delimited: "silence" }, { role: "request", quantity: 0 });
  });

  test("owes its length to its function, not to the silence that told it", () => {
    hears(modbusRtu, OPTIONS)
      .gets(OWN, ODD)
      .at(SILENCE)
      .elapses()
      .says({ span: [0, 8] }, expect.not.objectContaining({ delimited: "silence" }));
  });

  test("teaches nothing about who speaks", () => {
    hears(modbusRtu, OPTIONS).gets(ODD, rtu("11 06 0160 1234")).says({ role: "request" }, { role: "reply" });
  });
});

test("a reply whose CRC ends in 00 is not taken for a shorter request", () => {
  // A CRC that is right stays right when zeros follow, so the first eight of these bytes check too.
  const reply = hex("f0 03 04 0080 05f0 1800");
  hears(modbusRtu, { ...OPTIONS, device: "tx" })
    .gets(reply.subarray(0, 8))
    .says()
    .gets(reply.subarray(8))
    .says({ type: "frame", span: [0, 9], role: "reply" });
});

test("frames that only their CRCs tell apart are found without any silence between them", () => {
  hears(modbusRtu, OPTIONS)
    .gets(joined([OWN, OWN, HAS]))
    .ends()
    .says({ span: [0, 8], function: 0x42 }, { span: [8, 8], function: 0x42 }, { span: [16, 11], function: 3 });
});

test("a glitch of the line driver before a frame costs only its own bytes", () => {
  hears(modbusRtu, OPTIONS)
    .gets(hex("00 ff"), HAS)
    .says({ fault: "bad-crc", span: [0, 2], raw: "00ff" }, { type: "frame", span: [2, 11] });
});

test("endless rubbish is reported in pieces", () => {
  const transcript = hears(modbusRtu, OPTIONS);
  for (const input of chunked(new Uint8Array(2500).fill(0xee), forever(100))) {
    if (input.type === "bytes") transcript.gets(input.bytes);
  }
  transcript.says({ fault: "bad-crc", span: [0, 1024] }, { fault: "bad-crc", span: [1024, 1024] });
  transcript.ends().says({ fault: "bad-crc", span: [2048, 452] });
});

describe("who speaks", () => {
  test("follows from the direction when each side has its own", () => {
    const echo = rtu("11 06 0160 1234");
    hears(modbusRtu, OPTIONS, { dir: "tx" }).gets(echo).says({ dir: "tx", role: "request" });
    hears(modbusRtu, OPTIONS).gets(echo).says({ dir: "rx", role: "reply" });
  });

  test("is told by length and CRC where a direction carries what it should not", () => {
    hears(modbusRtu, OPTIONS, { dir: "tx" })
      .gets(rtu("12 03 04 0000 0000"))
      .says({ dir: "tx", role: "reply", values: [0, 0] });
  });

  test("on a bus tapped on one wire follows from what was asked", () => {
    const echo = rtu("11 06 0160 1234");
    hears(modbusRtu, { ...OPTIONS, device: "both" })
      .gets(joined([ASKS, HAS, echo, echo, ASKS, REFUSES, rtu("11 01 0000 0003"), rtu("11 01 01 05")]))
      .says(
        { role: "request", quantity: 3 },
        { role: "reply", values: [0x22b, 0, 0x64] },
        { role: "request", function: 6 },
        { role: "reply", function: 6 },
        { role: "request" },
        { role: "reply", exception: 2 },
        { role: "request", function: 1 },
        { role: "reply", values: [1, 0, 1, 0, 0, 0, 0, 0] },
      );
  });

  test("on such a bus a request that nobody answered is followed by its retry, not by a reply", () => {
    hears(modbusRtu, { ...OPTIONS, device: "both" })
      .gets(joined([ASKS, ASKS, HAS]))
      .says({ role: "request" }, { role: "request" }, { role: "reply" });
  });

  test("on such a bus a retry is told at once, though its bytes might begin a long reply", () => {
    const asks = rtu("11 03 c800 0001");
    hears(modbusRtu, { ...OPTIONS, device: "both" })
      .gets(asks, asks)
      .says({ role: "request" }, { role: "request" });
  });

  test("on such a bus another unit's request is no reply, nor is the same again after lost bytes", () => {
    const [asks, other] = [rtu("11 06 0160 1234"), rtu("12 06 0160 1234")];
    hears(modbusRtu, { ...OPTIONS, device: "both" })
      .gets(asks, other)
      .says({ role: "request", unit: 0x11 }, { role: "request", unit: 0x12 })
      .gap()
      .gets(other)
      .says({ role: "request" });
  });

  test("nobody answers a broadcast, so the same bytes after it are another one", () => {
    const broadcast = rtu("00 06 0001 0003");
    hears(modbusRtu, { ...OPTIONS, device: "both" })
      .gets(joined([broadcast, broadcast]))
      .says({ role: "request", unit: 0 }, { role: "request", unit: 0 });
  });

  test("is learnt from the first request that is heard where only replies were expected", () => {
    const echo = rtu("11 06 0160 1234");
    hears(modbusRtu, OPTIONS)
      .gets(joined([ASKS, HAS, echo, echo]))
      .says({ role: "request" }, { role: "reply" }, { role: "request" }, { role: "reply" });
  });

  test("turns round when fieldtape stood in the device's place", () => {
    hears(modbusRtu, { ...OPTIONS, device: "tx" })
      .gets(ASKS)
      .says({ dir: "rx", role: "request" });
  });
});

describe("what breaks off", () => {
  test("by lost bytes is interrupted, and a whole frame hidden behind it is found", () => {
    hears(modbusRtu, OPTIONS)
      .gets(HAS.subarray(0, 6), REFUSES)
      .gap()
      .says({ fault: "bad-crc", span: [0, 6] }, { type: "frame", span: [6, 5] })
      .gets(HAS.subarray(0, 6))
      .gap()
      .says({ fault: "interrupted", span: [11, 6] });
  });

  test("by a lost link is interrupted", () => {
    hears(modbusRtu, OPTIONS)
      .gets(HAS.subarray(0, 6))
      .link("lost")
      .says({ fault: "interrupted", span: [0, 6], raw: toHex(HAS, 0, 6) })
      .wakes(undefined);
  });

  test("by the end of the recording is unfinished, once", () => {
    hears(modbusRtu, OPTIONS)
      .gets(HAS.subarray(0, 2))
      .ends()
      .says({ fault: "unfinished", span: [0, 2] })
      .ends()
      .says();
  });

  test("in a datagram is truncated, and a maker's own function needs no silence there", () => {
    hears(modbusRtu, OPTIONS, { kind: "datagram" })
      .datagram(HAS.subarray(0, 6))
      .says({ fault: "truncated", span: [0, 6] })
      .datagram(OWN)
      .says({ type: "frame", span: [6, 8], function: 0x42 });
  });
});
