import type { ChannelSettings } from "../../machine/machine.ts";
import { NANOS_PER_MICRO, NANOS_PER_SECOND } from "../../time/nanos.ts";

/** How characters stand on the serial line. Modbus RTU always has eight data bits. */
export interface LineFormat {
  /** Bits a second. */
  readonly baud: number;
  readonly parity: "none" | "even" | "odd" | "mark" | "space";
  readonly stopBits: 1 | 1.5 | 2;
}

/** MODBUS over Serial Line V1.02 §2.5.1 and §3.2: what a line is unless somebody chose otherwise. */
const LINE_DEFAULTS: LineFormat = { baud: 19_200, parity: "even", stopBits: 1 };

const PARITIES: readonly LineFormat["parity"][] = ["none", "even", "odd", "mark", "space"];
const STOP_BITS: readonly LineFormat["stopBits"][] = [1, 1.5, 2];

/** How the line is: as a person says, else as the channel was recorded, else as the standard has it. */
export function lineFormatOf(said: Partial<LineFormat>, settings: ChannelSettings = {}): LineFormat {
  const { baud, parity, stopBits } = settings;
  return {
    baud: said.baud ?? (isBaud(baud) ? baud : LINE_DEFAULTS.baud),
    parity: said.parity ?? PARITIES.find((known) => known === parity) ?? LINE_DEFAULTS.parity,
    stopBits: said.stopBits ?? STOP_BITS.find((known) => known === stopBits) ?? LINE_DEFAULTS.stopBits,
  };
}

/** A tape may say anything: a speed of nothing would be a silence without end. */
const isBaud = (value: unknown): value is number =>
  typeof value === "number" && value >= BAUD_MIN && value <= Number.MAX_SAFE_INTEGER;

/** Slower lines there are none. */
export const BAUD_MIN = 50;

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
