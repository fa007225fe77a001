import { FieldtapeError } from "../errors.ts";

/** How a serial port is set. What a person leaves out is 9600 8N1 without flow control. */
export interface SerialSettings {
  readonly baud: number;
  readonly dataBits: 5 | 6 | 7 | 8;
  readonly parity: Parity;
  readonly stopBits: 1 | 1.5 | 2;
  /** Hardware flow control. */
  readonly rtscts: boolean;
  /** Software flow control: we stop sending when told XOFF · we tell XOFF when full · any character means XON. */
  readonly xon: boolean;
  readonly xoff: boolean;
  readonly xany: boolean;
  /** Whether closing the port drops DTR, as a hang-up. */
  readonly hupcl: boolean;
  /** Whether other programs are kept from opening the port. */
  readonly lock: boolean;
  /** Control lines to set after opening; absent: as the system leaves them, which is on. */
  readonly dtr?: boolean;
  readonly rts?: boolean;
}

export type Parity = "none" | "even" | "odd" | "mark" | "space";

export const SERIAL_DEFAULTS: SerialSettings = {
  baud: 9_600,
  dataBits: 8,
  parity: "none",
  stopBits: 1,
  rtscts: false,
  xon: false,
  xoff: false,
  xany: false,
  hupcl: true,
  lock: true,
};

export const BAUD_MAX = 20_000_000;

const PARITIES: ReadonlyMap<string, Parity> = new Map([
  ["N", "none"],
  ["E", "even"],
  ["O", "odd"],
  ["M", "mark"],
  ["S", "space"],
]);
const DATA_BITS: ReadonlyMap<string, SerialSettings["dataBits"]> = new Map([
  ["5", 5],
  ["6", 6],
  ["7", 7],
  ["8", 8],
]);
const STOP_BITS: ReadonlyMap<string, SerialSettings["stopBits"]> = new Map([
  ["1", 1],
  ["1.5", 1.5],
  ["2", 2],
]);

/**
 * `8N1`, `7E2`, `5o1.5`: data bits, parity, stop bits.
 *
 * @throws FieldtapeError USAGE
 */
export function parseCharacter(text: string): Pick<SerialSettings, "dataBits" | "parity" | "stopBits"> {
  const match = /^([5-8])([NEOMS])(1|1\.5|2)$/i.exec(text);
  const dataBits = DATA_BITS.get(match?.[1] ?? "");
  const parity = PARITIES.get(match?.[2]?.toUpperCase() ?? "");
  const stopBits = STOP_BITS.get(match?.[3] ?? "");
  if (dataBits === undefined || parity === undefined || stopBits === undefined) {
    throw new FieldtapeError("USAGE", `${JSON.stringify(text)} is no serial format`, {
      hint: "write data bits (5 to 8), parity (N, E, O, M or S) and stop bits (1, 1.5 or 2), as in 8N1",
    });
  }
  return { dataBits, parity, stopBits };
}

/** `9600 8N1 rtscts`: the settings as people say them. */
export function formatSerialSettings(settings: SerialSettings): string {
  const { baud, dataBits, parity, stopBits } = settings;
  const flags = (["rtscts", "xon", "xoff", "xany"] as const).filter((flag) => settings[flag]);
  return [baud, `${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`, ...flags].join(" ");
}
