import { NANOS_PER_MICRO, NANOS_PER_SECOND } from "../../time/nanos.ts";

/** How characters stand on the serial line. Modbus RTU always has eight data bits. */
export interface LineFormat {
  /** Bits a second. */
  readonly baud: number;
  readonly parity: "none" | "even" | "odd" | "mark" | "space";
  readonly stopBits: 1 | 1.5 | 2;
}

/** MODBUS over Serial Line V1.02 §2.5.1.1: above this speed the silence is fixed, so that it can be measured. */
const BAUD_TIMED_MAX = 19_200;
const SILENCE_FAST = 1_750 * NANOS_PER_MICRO;
const SILENCE_CHARACTERS = 3.5;

/** The silence that ends a frame, in nanoseconds: 3.5 characters. */
export function silenceOf({ baud, parity, stopBits }: LineFormat): number {
  if (baud > BAUD_TIMED_MAX) return SILENCE_FAST;
  const bits = 1 + 8 + (parity === "none" ? 0 : 1) + stopBits;
  return Math.ceil((SILENCE_CHARACTERS * bits * NANOS_PER_SECOND) / baud);
}
