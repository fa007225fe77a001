import type { Dir } from "../../bytes/channel.ts";
import { joined } from "../../bytes/joined.ts";
import type { Framer } from "../../machine/machine.ts";
import { beginSearch, type Candidates, NOTHING, type Search, search, type Verdict, WAIT } from "../candidates.ts";
import { putNumber } from "../check.ts";
import { framerOf } from "../framing.ts";
import { offsetOf, waiting } from "../window.ts";
import { encodeUnit } from "./encode-unit.ts";
import { type ModbusFrame, roleOf } from "./modbus-frame.ts";
import { decodePdu } from "./pdu.ts";
import { type Role, word } from "./pdu-fields.ts";
import { plausiblePdu } from "./plausible-pdu.ts";

export interface ModbusTcpOptions {
  /** The direction in which the device speaks: `rx` unless fieldtape itself stood where the device would. */
  readonly device: Dir;
  /** The largest length field that is believed. MODBUS Messaging on TCP/IP V1.0b §3.1.3 has 254. */
  readonly lengthMax: number;
}

export const MODBUS_TCP_OPTIONS: ModbusTcpOptions = { device: "rx", lengthMax: 254 };

/** §3.1.3: transaction, protocol and length, two bytes each; the length counts what follows it. */
const HEADER = 6;
/** No place in a stream. */
const NOWHERE = -1;
/** At least a unit and a function code. */
const LENGTH_MIN = 2;
/** The function code stands behind header and unit. */
const PDU = HEADER + 1;

interface ModbusTcpState extends Search {
  readonly role: Role;
  readonly lengthMax: number;
  /** Where in the stream a frame ended or the connection began: a header there is believed without more. */
  expected: number;
}

const candidates: Candidates<ModbusTcpState> = {
  seek({ window: { bytes, end } }, from, to) {
    for (let at = from; at < to; at++) {
      // The protocol identifier is 0.
      if ((at + 2 >= end || bytes[at + 2] === 0) && (at + 3 >= end || bytes[at + 3] === 0)) return at;
    }
    return to;
  },
  judge(state, position, final): Verdict {
    const { window, role } = state;
    const size = sizeAt(state, position);
    if (size === undefined) return WAIT;
    if (size === 0) return NOTHING;
    const stop = position + size;
    if (stop > window.end) return WAIT;
    if (offsetOf(window, position) === state.expected || plausiblePdu(window.bytes, position + PDU, stop, role))
      return { type: "whole", size, layout: 0 };
    // A function of the device maker's own proves nothing; a second header where this frame ends does.
    const next = sizeAt(state, stop);
    if (next === undefined) return final ? NOTHING : WAIT;
    return next === 0 ? NOTHING : { type: "whole", size, layout: 0 };
  },
  frame(state, { size }): ModbusFrame {
    const { bytes, start, offset } = state.window;
    const role = roleOf(bytes[start + PDU] ?? 0, state.role);
    state.expected = offset + size;
    return {
      type: "frame",
      dir: state.dir,
      span: [offset, size],
      role,
      transaction: word(bytes, start),
      unit: bytes[start + HEADER] ?? 0,
      ...decodePdu(bytes, start + PDU, start + size, role),
    };
  },
};

/** The size of the frame whose header begins at `position`; 0 when none does, `undefined` when there are too few bytes to tell. */
function sizeAt({ window: { bytes, end }, lengthMax }: ModbusTcpState, position: number): number | undefined {
  const available = end - position;
  if (available > 2 && bytes[position + 2] !== 0) return 0;
  if (available > 3 && bytes[position + 3] !== 0) return 0;
  if (available < HEADER) return undefined;
  const length = word(bytes, position + 4);
  return length < LENGTH_MIN || length > lengthMax ? 0 : HEADER + length;
}

const framer = framerOf<ModbusTcpOptions, ModbusTcpState>({
  name: "modbus-tcp",
  initial({ device, lengthMax }, framing) {
    const role = framing.dir === device ? "reply" : "request";
    return { ...beginSearch(framing), role, lengthMax, expected: 0 };
  },
  take: (state, outputs) => search(state, candidates, undefined, outputs),
  giveUp: (state, ending, outputs) => search(state, candidates, ending, outputs),
  reencode(frame, edited) {
    const unit = encodeUnit(frame, edited, { unitAt: HEADER, tail: 0 });
    const { transaction } = edited;
    if (unit === undefined || typeof transaction !== "number") return undefined;
    const bytes = joined([new Uint8Array(HEADER), unit]);
    const complete =
      putNumber(bytes, transaction, { at: 0, size: 2, endian: "big" }) &&
      putNumber(bytes, unit.length, { at: 4, size: 2, endian: "big" });
    return complete ? bytes : undefined;
  },
});

/**
 * Modbus/TCP: frames delimited by the length in their MBAP header, which is known by its protocol identifier 0 and a length in
 * bounds. After rubbish or lost bytes each byte is tried, and a header alone is not believed: its frame must be one of a public
 * function without contradictions, or another header must follow it.
 *
 * Faults: `rubbish`, `interrupted`, `truncated`, `unfinished`.
 */
export const modbusTcp: Framer<ModbusTcpOptions, ModbusTcpState> = {
  ...framer,
  step(state, input, at) {
    const result = framer.step(state, input, at);
    if (input.type === "gap") state.expected = NOWHERE;
    else if (input.type !== "bytes" && waiting(state.window) === 0) state.expected = state.window.offset;
    return result;
  },
};
