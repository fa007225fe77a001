import type { Step } from "../machine/machine.ts";
import { type Device, triangle } from "./device.ts";

/**
 * A Modbus/TCP thermometer in a cold store. Input register 0: temperature in tenths of a degree as a signed 16-bit number
 * (two's complement, so it passes 65535 when it freezes); 1: humidity in tenths of a per cent. Holding register 0: set point.
 * Coil 0: heater. Anything else is answered with exception 2 (illegal data address) or 1 (illegal function).
 */
export interface ThermometerState {
  /** Bytes of a request that has not come whole. */
  readonly pending: number[];
  reads: number;
  setPoint: number;
  heater: boolean;
}

const MBAP_LENGTH = 7;
const PDU_LENGTH_MAX = 253;
const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;

export const thermometer: Device<ThermometerState> = {
  name: "thermometer",
  initial: () => ({ pending: [], reads: 0, setPoint: 40, heater: false }),
  step(state, input): Step<ThermometerState, Uint8Array> {
    if (input.type !== "bytes") {
      state.pending.length = 0;
      return { state, outputs: [] };
    }
    for (const byte of input.bytes) state.pending.push(byte);
    return { state, outputs: [...answers(state)] };
  },
  deadline: () => undefined,
};

/** Answers every whole request in `pending`, in order. */
function* answers(state: ThermometerState): Generator<Uint8Array> {
  while (state.pending.length >= MBAP_LENGTH) {
    const length = word(state.pending, 4);
    if (word(state.pending, 2) !== 0 || length < 2 || length > PDU_LENGTH_MAX + 1) {
      state.pending.shift(); // no header here: look one byte further
      continue;
    }
    if (state.pending.length < 6 + length) return;
    const request = state.pending.splice(0, 6 + length);
    const pdu = answer(state, request.slice(MBAP_LENGTH));
    yield Uint8Array.from([...request.slice(0, 4), 0, pdu.length + 1, ...request.slice(6, 7), ...pdu]);
  }
}

/** Modbus Application Protocol V1.1b3, section 6: the reply PDU to a request PDU. */
function answer(state: ThermometerState, request: readonly number[]): number[] {
  const code = request[0] ?? 0;
  const address = word(request, 1);
  const value = word(request, 3);
  switch (code) {
    case 1:
      return address === 0 && value === 1 ? [code, 1, state.heater ? 1 : 0] : exception(code, ILLEGAL_ADDRESS);
    case 3:
      return address === 0 && value === 1 ? registers(code, [state.setPoint]) : exception(code, ILLEGAL_ADDRESS);
    case 4:
      return value >= 1 && address + value <= 2
        ? registers(code, readings(state).slice(address, address + value))
        : exception(code, ILLEGAL_ADDRESS);
    case 5:
      if (address !== 0 || (value !== 0 && value !== 0xff00)) return exception(code, ILLEGAL_ADDRESS);
      state.heater = value !== 0;
      return request.slice(0, 5);
    case 6:
      if (address !== 0) return exception(code, ILLEGAL_ADDRESS);
      state.setPoint = value;
      return request.slice(0, 5);
    default:
      return exception(code, ILLEGAL_FUNCTION);
  }
}

function readings(state: ThermometerState): number[] {
  const tenths = triangle(state.reads, { top: 42, bottom: -38, step: 5 });
  const humidity = triangle(state.reads, { top: 800, bottom: 640, step: 9 });
  state.reads += 1;
  return [tenths & 0xffff, humidity];
}

const registers = (code: number, values: readonly number[]): number[] => [
  code,
  values.length * 2,
  ...values.flatMap((value) => [value >> 8, value & 0xff]),
];

const exception = (code: number, reason: number): number[] => [code | 0x80, reason];

function word(bytes: readonly number[], offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}
