import { describe, expect, test } from "vitest";
import { Chain } from "../../../src/machine/chain.ts";
import { framerPart } from "../../../src/machine/chain-plan.ts";
import { ChainOutputs } from "../../../src/machine/replay.ts";
import {
  type ModbusRtuOptions,
  modbusRtu,
  MODBUS_RTU_OPTIONS as OPTIONS,
} from "../../../src/protocol/modbus/modbus-rtu.ts";
import { lineFormatOf, silenceOf } from "../../../src/protocol/modbus/rtu-silence.ts";
import { modbusRtuOptions } from "../../../src/protocol/modbus/schema.ts";
import { ZERO } from "../../../src/time/nanos.ts";
import { hears } from "../transcript.ts";
import { rtu } from "./rtu-wire.ts";

const HAS = rtu("11 03 06 022b 0000 0064");
const REFUSES = rtu("11 83 02");
const OWN = rtu("11 42 00000000");
/** 3.5 characters of 11 bits at 19,200 baud, in milliseconds. */
const SILENCE = 2.005209;

describe("silence", () => {
  test("lasts 3.5 characters, and 1.75 ms above 19,200 baud", () => {
    expect(silenceOf({ baud: 9600, parity: "even", stopBits: 1 })).toBe(4_010_417);
    expect(silenceOf({ baud: 9600, parity: "none", stopBits: 1 })).toBe(3_645_834);
    expect(silenceOf({ baud: 19_200, parity: "none", stopBits: 2 })).toBe(2_005_209);
    expect(silenceOf({ baud: 115_200, parity: "even", stopBits: 1 })).toBe(1_750_000);
  });

  test("ends a frame of a function that only its maker knows", () => {
    hears(modbusRtu, OPTIONS)
      .gets(OWN)
      .says()
      .wakes(SILENCE)
      .at(SILENCE)
      .elapses()
      .says({ type: "frame", span: [0, 8], function: 0x42, data: "00000000", delimited: "silence" })
      .wakes(undefined);
  });

  test("that is only a late read does not cut such a frame in two", () => {
    hears(modbusRtu, OPTIONS)
      .gets(OWN.subarray(0, 5))
      .at(SILENCE)
      .elapses()
      .says()
      .at(16)
      .gets(OWN.subarray(5))
      .at(16 + SILENCE)
      .elapses()
      .says({ type: "frame", span: [0, 8] });
  });

  test("ends a frame whose byte count is wrong but whose CRC is right", () => {
    const wrongCount = rtu("11 10 0160 0000 00 022b 0001 0064");
    hears(modbusRtu, OPTIONS, { dir: "tx" })
      .gets(wrongCount)
      .at(SILENCE)
      .elapses()
      .says({ function: 16, role: "request", malformed: "byte count 0, but 6 bytes follow", delimited: "silence" });
  });

  test("shows that what looked like a long reply was a short request", () => {
    // As a reply, c8 would be a byte count of 200.
    hears(modbusRtu, OPTIONS)
      .gets(rtu("11 03 c800 0001"))
      .says()
      .at(SILENCE)
      .elapses()
      .says({ role: "request", address: 0xc800, quantity: 1 });
  });

  test("shows the whole frame behind one that was cut off", () => {
    hears(modbusRtu, OPTIONS)
      .gets(HAS.subarray(0, 5))
      .at(SILENCE)
      .elapses()
      .at(50)
      .gets(REFUSES)
      .says()
      .at(50 + SILENCE)
      .elapses()
      .says({ fault: "bad-crc", span: [0, 5] }, { type: "frame", span: [5, 5], exception: 2 });
  });

  test("of whatever length does not end a frame whose length is known", () => {
    hears(modbusRtu, OPTIONS)
      .gets(HAS.subarray(0, 5))
      .at(SILENCE)
      .elapses()
      .says()
      .wakes(undefined)
      .at(60_000)
      .gets(HAS.subarray(5))
      .says({ type: "frame", span: [0, 11] });
  });

  test("between the two reads of a frame does not hide that the one before it was cut off", () => {
    hears(modbusRtu, OPTIONS)
      .gets(HAS.subarray(0, 5))
      .at(SILENCE)
      .elapses()
      .at(500)
      .gets(REFUSES.subarray(0, 3))
      .at(500 + SILENCE)
      .elapses()
      .says()
      .at(516)
      .gets(REFUSES.subarray(3))
      .at(516 + SILENCE)
      .elapses()
      .says({ fault: "bad-crc", span: [0, 5] }, { type: "frame", span: [5, 5] });
  });
});

describe("the speed of the line", () => {
  /** When a chain that was told this about its channel stops waiting for the end of a maker's own frame. */
  const waits = (settings: Record<string, unknown> | undefined, options: Partial<ModbusRtuOptions> = {}) => {
    const machines = { role: "observer", framer: framerPart(modbusRtu, { ...OPTIONS, ...options }) } as const;
    const chain = new Chain(machines, new ChainOutputs(), { time: "recorded" });
    chain.take({
      type: "channel",
      at: ZERO,
      channel: 0,
      kind: "stream",
      ...(settings === undefined ? {} : { settings }),
    });
    const again = new Chain(machines, new ChainOutputs(), { time: "recorded" });
    // The channel's declaration may lie before the place that a seek went to.
    again.restore(chain.snapshot());
    for (const one of [chain, again]) one.take({ type: "raw", at: ZERO, channel: 0, dir: "rx", bytes: OWN });
    expect(again.deadline).toBe(chain.deadline);
    return chain.deadline;
  };

  test("is that of the standard where nobody says another", () => {
    expect(waits(undefined)).toBe(2_005_209);
    expect(waits({ role: "tap" })).toBe(2_005_209);
    expect(modbusRtuOptions.parse({})).toEqual(OPTIONS);
  });

  test("is that at which the port was recorded", () => {
    expect(waits({ baud: 9_600, parity: "none", stopBits: 1 })).toBe(3_645_834);
    expect(waits({ baud: 9_600, parity: "even", stopBits: 2 })).toBe(4_375_000);
    expect(waits({ baud: 115_200 })).toBe(1_750_000);
  });

  test("is what the options say, each for itself, whatever was recorded", () => {
    expect(waits({ baud: 9_600, parity: "none", stopBits: 1 }, { baud: 19_200 })).toBe(1_822_917);
    expect(waits({ baud: 9_600, parity: "none", stopBits: 1 }, { parity: "even" })).toBe(4_010_417);
    expect(waits({ baud: 9_600, parity: "none", stopBits: 2 }, { stopBits: 1 })).toBe(3_645_834);
  });

  test.each([
    [{ baud: 0 }],
    [{ baud: -9_600 }],
    [{ baud: "9600" }],
    [{ baud: 1e300 }],
    [{ parity: "odd-ish" }],
    [{ stopBits: 3 }],
  ])("is the standard's where a tape says something impossible: %j", (settings) => {
    expect(lineFormatOf({}, settings)).toEqual({ baud: 19_200, parity: "even", stopBits: 1 });
  });
});
