import { crc, crcOf } from "../bytes/crc.ts";
import type { Step } from "../machine/machine.ts";
import { type Device, triangle } from "./device.ts";

/**
 * A power meter with the classic framing `AA 55 length command … CRC`: `length` (one byte) counts command and data, the CRC is
 * CRC-16/MODBUS over length, command and data, low byte first. Command 01 asks for voltage (tenths of a volt), current (mA) and
 * power (W); 02 for the serial number; any other is answered with command FF and the command that was not known.
 */
export interface MeterState {
  readonly pending: number[];
  reads: number;
}

const START = [0xaa, 0x55] as const;
const CRC = crc("CRC-16/MODBUS");
const SERIAL_NUMBER = new TextEncoder().encode("FT-0042");

export const meter: Device<MeterState> = {
  name: "meter",
  initial: () => ({ pending: [], reads: 0 }),
  step(state, input): Step<MeterState, Uint8Array> {
    if (input.type !== "bytes") {
      state.pending.length = 0;
      return { state, outputs: [] };
    }
    for (const byte of input.bytes) state.pending.push(byte);
    return { state, outputs: [...answers(state)] };
  },
  deadline: () => undefined,
};

/** A frame of this protocol around `body` (command and data). */
export function meterFrame(body: readonly number[]): Uint8Array {
  const counted = Uint8Array.from([body.length, ...body]);
  const check = crcOf(CRC, counted);
  return Uint8Array.from([...START, ...counted, check & 0xff, check >> 8]);
}

function* answers(state: MeterState): Generator<Uint8Array> {
  while (state.pending.length >= 6) {
    const length = state.pending[2] ?? 0;
    if (state.pending[0] !== START[0] || state.pending[1] !== START[1] || length === 0) {
      state.pending.shift(); // no frame starts here: look one byte further
      continue;
    }
    if (state.pending.length < 5 + length) return;
    const request = state.pending.slice(3, 3 + length);
    const whole = Uint8Array.from(state.pending.slice(0, 5 + length));
    if (!meterFrame(request).every((byte, index) => byte === whole[index])) {
      state.pending.shift(); // a wrong CRC is met with silence
      continue;
    }
    state.pending.splice(0, 5 + length);
    yield meterFrame(answer(state, request[0] ?? 0));
  }
}

function answer(state: MeterState, command: number): number[] {
  if (command === 2) return [0x82, ...SERIAL_NUMBER];
  if (command !== 1) return [0xff, command];
  const volts = triangle(state.reads, { top: 2310, bottom: 2285, step: 5 });
  const current = triangle(state.reads, { top: 5200, bottom: 900, step: 430 });
  const watts = Math.floor((volts * current) / 10_000);
  state.reads += 1;
  return [0x81, ...[volts, current, watts].flatMap((value) => [value >> 8, value & 0xff])];
}
