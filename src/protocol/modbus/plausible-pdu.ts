import { roleOf } from "./modbus-frame.ts";
import { type Role, word } from "./pdu-fields.ts";
import { predictLength } from "./pdu-length.ts";

/** V1.1b3 §7: the codes that exist. */
const EXCEPTION_MAX = 11;
/** V1.1b3 §6: the most that fits a protocol data unit. */
const READ_BITS_MAX = 2000;
const READ_REGISTERS_MAX = 125;
const WRITE_BITS_MAX = 1968;
const WRITE_REGISTERS_MAX = 123;

/**
 * Whether `bytes[start, end)` is a protocol data unit that an honest program would send: of a public function, exactly as long as it
 * says, with counts that agree and quantities that exist. It decides whether bytes are believed to be a frame where nothing else
 * vouches for them enough; a frame that is told otherwise may be as odd as it likes.
 */
export function plausiblePdu(bytes: Uint8Array, start: number, end: number, expected: Role): boolean {
  const code = bytes[start] ?? 0;
  const role = roleOf(code, expected);
  if (predictLength(bytes, start, end, role) !== end - start) return false;
  if (code >= 0x80) return plausibleException(bytes, start, code);
  return role === "request" ? plausibleRequest(bytes, start, code) : plausibleReply(bytes, start, code);
}

function plausibleException(bytes: Uint8Array, start: number, code: number): boolean {
  return code > 0x80 && within(bytes[start + 1] ?? 0, EXCEPTION_MAX);
}

function plausibleRequest(bytes: Uint8Array, start: number, code: number): boolean {
  const quantity = word(bytes, start + 3);
  const count = bytes[start + 5] ?? 0;
  switch (code) {
    case 1:
    case 2:
      return within(quantity, READ_BITS_MAX);
    case 3:
    case 4:
      return within(quantity, READ_REGISTERS_MAX);
    case 5:
      return quantity === 0 || quantity === 0xff00;
    case 15:
      return within(quantity, WRITE_BITS_MAX) && count === (quantity + 7) >> 3;
    case 16:
      return within(quantity, WRITE_REGISTERS_MAX) && count === 2 * quantity;
    case 23:
      return within(quantity, READ_REGISTERS_MAX) && bytes[start + 9] === 2 * word(bytes, start + 7);
    default:
      return true;
  }
}

function plausibleReply(bytes: Uint8Array, start: number, code: number): boolean {
  const count = bytes[start + 1] ?? 0;
  switch (code) {
    case 1:
    case 2:
      return count > 0;
    case 3:
    case 4:
    case 23:
      return count > 0 && count % 2 === 0;
    case 5:
      return plausibleRequest(bytes, start, code);
    case 15:
      return within(word(bytes, start + 3), WRITE_BITS_MAX);
    case 16:
      return within(word(bytes, start + 3), WRITE_REGISTERS_MAX);
    default:
      return true;
  }
}

function within(value: number, max: number): boolean {
  return value >= 1 && value <= max;
}
