import { fc } from "@fast-check/vitest";
import { modbusRtu, MODBUS_RTU_OPTIONS as OPTIONS } from "../../../src/protocol/modbus/modbus-rtu.ts";
import { framerLaws, joined } from "../framer-laws.ts";
import { rtu } from "./rtu-wire.ts";

const word = (value: number): number[] => [value >> 8, value & 0xff];
const address = fc.nat(0xffff);

const reads = fc
  .tuple(fc.integer({ min: 1, max: 247 }), fc.constantFrom(1, 2, 3, 4), address, fc.integer({ min: 1, max: 125 }))
  .map(([unit, code, from, quantity]) => rtu([unit, code, ...word(from), ...word(quantity)]));
const registers = fc
  .tuple(fc.integer({ min: 1, max: 247 }), fc.constantFrom(3, 4, 23), fc.uint8Array({ minLength: 2, maxLength: 60 }))
  .map(([unit, code, bytes]) => {
    const whole = bytes.subarray(bytes.length % 2);
    return rtu([unit, code, whole.length, ...whole]);
  });
const exceptions = fc
  .tuple(fc.integer({ min: 1, max: 247 }), fc.constantFrom(0x81, 0x83, 0x90), fc.integer({ min: 1, max: 11 }))
  .map((bytes) => rtu(bytes));

const exchanges = fc
  .tuple(fc.integer({ min: 1, max: 247 }), address, fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 20 }))
  .map(([unit, from, values]) => {
    const asks = rtu([unit, 3, ...word(from), ...word(values.length)]);
    return joined([asks, rtu([unit, 3, 2 * values.length, ...values.flatMap(word)])]);
  });

const spoken = {
  auto: fc.oneof(registers, exceptions),
  tx: reads,
  both: exchanges,
} as const;

for (const device of ["auto", "tx", "both"] as const) {
  framerLaws(`modbus-rtu, the device heard on ${device}`, {
    framer: modbusRtu,
    options: { ...OPTIONS, device },
    frame: spoken[device],
    alphabet: Uint8Array.of(0x01, 0x03, 0x06, 0x10, 0x83, 0x00, 0xff, 0x42),
    spoils: 0,
    // 16 bits of CRC, tried at every byte.
    weak: true,
    stateMax: 8192,
  });
}
