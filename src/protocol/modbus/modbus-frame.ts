import type { Frame } from "../../machine/machine.ts";
import type { PduFields, Role } from "./pdu-fields.ts";

/** A Modbus frame as it is printed: these members in this order, then those of its protocol data unit. */
export interface ModbusFrame extends Frame, PduFields {
  readonly role: Role;
  /** Modbus/TCP only. */
  readonly transaction?: number;
  /** Device address: 0 on a serial line is a broadcast. */
  readonly unit: number;
}

/** Only a device answers with an exception, whichever way its bytes were thought to come. */
export function roleOf(functionCode: number, expected: Role): Role {
  return functionCode >= 0x80 ? "reply" : expected;
}
