import { describe, expect, test } from "vitest";
import type { Role } from "../../../src/protocol/modbus/pdu-fields.ts";
import { plausiblePdu } from "../../../src/protocol/modbus/plausible-pdu.ts";
import { hex } from "../transcript.ts";

function plausible(role: Role, digits: string): boolean {
  const bytes = hex(digits);
  return plausiblePdu(bytes, 0, bytes.length, role);
}

describe("amid rubbish", () => {
  test.each<[string, Role, string]>([
    ["the most coils that one may read", "request", "01 0000 07d0"],
    ["the most registers that one may read", "request", "03 0000 007d"],
    ["a coil switched on", "request", "05 0001 ff00"],
    ["the most coils that one may write", "request", `0f 0000 07b0 f6 ${"00".repeat(246)}`],
    ["the most registers that one may write", "request", `10 0000 007b f6 ${"00".repeat(246)}`],
    ["reading and writing", "request", "17 0000 0001 0000 0001 02 0000"],
    ["a diagnosis", "request", "08 0000 a537"],
    ["bits", "reply", "01 01 05"],
    ["registers", "reply", "04 02 0005"],
    ["a coil switched off", "reply", "05 0001 0000"],
    ["coils written", "reply", "0f 0000 07b0"],
    ["registers written", "reply", "10 0000 007b"],
    ["a refusal", "reply", "83 02"],
    ["a refusal where requests are due", "request", "83 02"],
  ])("%s are believed", (_name, role, digits) => {
    expect(plausible(role, digits)).toBe(true);
  });

  test.each<[string, Role, string]>([
    ["no coils", "request", "01 0000 0000"],
    ["more coils than fit", "request", "01 0000 07d1"],
    ["no registers", "request", "03 0000 0000"],
    ["more registers than fit", "request", "03 0000 007e"],
    ["a coil that is neither on nor off", "request", "05 0001 ff01"],
    ["coils that need another byte", "request", "0f 0000 0009 01 00"],
    ["no coils to write", "request", "0f 0000 0000 00"],
    ["registers that need more bytes", "request", "10 0000 0002 02 0000"],
    ["no registers to write", "request", "10 0000 0000 00"],
    ["reading nothing while writing", "request", "17 0000 0000 0000 0001 02 0000"],
    ["writing more than there is", "request", "17 0000 0001 0000 0002 02 0000"],
    ["an empty reply of bits", "reply", "01 00"],
    ["an empty reply of registers", "reply", "03 00"],
    ["half a register", "reply", "03 01 00"],
    ["a coil that is neither on nor off", "reply", "05 0001 0100"],
    ["more coils written than fit", "reply", "0f 0000 07b1"],
    ["no registers written", "reply", "10 0000 0000"],
    ["an exception that does not exist", "reply", "83 0c"],
    ["an exception of no function", "reply", "80 02"],
    ["a byte too many", "request", "03 0000 0001 00"],
    ["a function of a maker's own", "request", "42 0000"],
    ["no function", "reply", "00 0000"],
  ])("%s are not believed", (_name, role, digits) => {
    expect(plausible(role, digits)).toBe(false);
  });
});
