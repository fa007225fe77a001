import { describe, expect, test } from "vitest";
import { toHex } from "../../src/bytes/hex.ts";
import { ELAPSED, type Frame, type Framer } from "../../src/machine/machine.ts";
import { cobs } from "../../src/protocol/cobs.ts";
import { lengthPrefixed } from "../../src/protocol/length-prefixed.ts";
import { MODBUS_TCP_OPTIONS, modbusTcp } from "../../src/protocol/modbus/modbus-tcp.ts";
import { NMEA_OPTIONS, nmea } from "../../src/protocol/nmea/nmea.ts";
import { lengthPrefixedOptions, stuffedOptions } from "../../src/protocol/schema.ts";
import { slip } from "../../src/protocol/slip.ts";
import type { Device } from "../../src/simulator/device.ts";
import { meter, meterFrame } from "../../src/simulator/meter.ts";
import { nmeaReceiver } from "../../src/simulator/nmea-receiver.ts";
import { cobsNode, slipNode } from "../../src/simulator/sensor-node.ts";
import { thermometer } from "../../src/simulator/thermometer.ts";
import { ZERO } from "../../src/time/nanos.ts";

const CONFIG = { intervalMs: 100, count: 0 };

/** What a device answers to each of these pieces. */
function answers<State>(device: Device<State>, ...pieces: Uint8Array[]): Uint8Array {
  let state = device.initial(CONFIG);
  return Buffer.concat(
    pieces.flatMap((bytes) => {
      const step = device.step(state, { type: "bytes", bytes }, ZERO);
      state = step.state;
      return [...step.outputs];
    }),
  );
}

/** What a device says by itself, the first `count` times. */
function says<State>(device: Device<State>, count: number): Uint8Array {
  let state = device.step(device.initial(CONFIG), { type: "open" }, ZERO).state;
  const said: Uint8Array[] = [];
  for (let n = 0; n < count; n += 1) {
    const step = device.step(state, ELAPSED, device.deadline(state) ?? ZERO);
    state = step.state;
    said.push(...step.outputs);
  }
  return Buffer.concat(said);
}

/** Every frame that the framer finds, and nothing but frames. */
function frames<Options, State>(framer: Framer<Options, State>, options: Options, bytes: Uint8Array): readonly Frame[] {
  const { outputs } = framer.step(
    framer.initial({ options, dir: "rx", kind: "stream" }),
    { type: "bytes", bytes },
    ZERO,
  );
  return outputs.map((output) => {
    if (output.type !== "frame") throw new Error(`the device said rubbish: ${output.raw}`);
    return output;
  });
}

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
const readTwo = (transaction: string): Uint8Array => hex(`${transaction}0000000601040000 0002`.replace(" ", ""));

describe("the thermometer", () => {
  test("answers readings that pass zero as two's complement", () => {
    const requests = Array.from({ length: 12 }, (_, n) => readTwo(n.toString(16).padStart(4, "0")));
    const values = frames(modbusTcp, MODBUS_TCP_OPTIONS, answers(thermometer, ...requests)).map(
      (frame) => frame["values"],
    );
    expect(values[0]).toEqual([42, 800]);
    expect(values[11]).toEqual([65_536 - 13, 701]);
  });

  test("answers requests that come glued together or in pieces", () => {
    const both = Buffer.concat([readTwo("0001"), readTwo("0002")]);
    const whole = answers(thermometer, both);
    const pieces = answers(thermometer, ...Array.from(both, (byte) => Uint8Array.of(byte)));
    expect(toHex(pieces)).toBe(toHex(whole));
    expect(frames(modbusTcp, MODBUS_TCP_OPTIONS, whole)).toHaveLength(2);
  });

  test("answers what it does not have with an exception", () => {
    const [address, code] = frames(
      modbusTcp,
      MODBUS_TCP_OPTIONS,
      answers(thermometer, hex("000100000006010400630001"), hex("000200000006010700000001")),
    );
    expect(address).toMatchObject({ function: 4, exception: 2 });
    expect(code).toMatchObject({ function: 7, exception: 1 });
  });
});

test("the meter answers in its framing, and a wrong CRC with silence", () => {
  const options = lengthPrefixedOptions.parse({
    start: "aa55",
    length: { offset: 2, width: 1, counts: "payload" },
    check: { kind: "CRC-16/MODBUS", from: 2, endian: "little" },
  });
  const wrong = meterFrame([1]);
  wrong[4] = (wrong[4] ?? 0) ^ 1;
  const said = frames(lengthPrefixed, options, answers(meter, meterFrame([2]), wrong, meterFrame([1])));
  expect(said.map((frame) => frame["payload"])).toEqual(["8246542d30303432", expect.stringMatching(/^81/)]);
});

test("the receiver says sentences whose checksums are right, void ones among them", () => {
  const said = frames(nmea, NMEA_OPTIONS, says(nmeaReceiver, 22));
  expect(said.filter((frame) => frame["formatter"] === "RMC")).toHaveLength(22);
  expect(said.some((frame) => String(frame["sentence"]).includes(",V,"))).toBe(true);
});

test("the sensor node says the same readings in SLIP and in COBS", () => {
  const options = stuffedOptions.parse({});
  const payloads = (found: readonly Frame[]) => found.map((frame) => frame["payload"]);
  const slipped = payloads(frames(slip, options, says(slipNode, 40)));
  expect(slipped).toHaveLength(40);
  expect(payloads(frames(cobs, options, says(cobsNode, 40)))).toEqual(slipped);
});
