import { expect } from "vitest";
import type { Dir } from "../../../src/bytes/channel.ts";
import type { Frame, SessionInput } from "../../../src/machine/machine.ts";
import { MODBUS_RTU_OPTIONS, modbusRtu } from "../../../src/protocol/modbus/modbus-rtu.ts";
import { modbusSession, MODBUS_SESSION_OPTIONS as OPTIONS } from "../../../src/protocol/modbus/modbus-session.ts";
import { MODBUS_TCP_OPTIONS, modbusTcp } from "../../../src/protocol/modbus/modbus-tcp.ts";
import { ZERO } from "../../../src/time/nanos.ts";
import { transcript } from "../../machine/transcript.ts";
import { hex } from "../transcript.ts";
import { rtu } from "./rtu-wire.ts";

/** What a session hears of one frame on the wire, as its framer reads it. */
export function heard(dir: Dir, bytes: Uint8Array): SessionInput {
  const [framer, options] = bytes[2] === 0 && bytes[3] === 0 ? tcpFramer : rtuFramer;
  const state = framer.initial({ options, dir, kind: "stream" } as never);
  const { outputs } = framer.step(state as never, { type: "bytes", bytes }, ZERO);
  expect(outputs).toHaveLength(1);
  return { type: "frame", frame: outputs[0] as Frame };
}
export const tcpFramer = [modbusTcp, MODBUS_TCP_OPTIONS] as const;
export const rtuFramer = [modbusRtu, MODBUS_RTU_OPTIONS] as const;

export const asks = (digits: string): SessionInput => heard("tx", hex(digits));
export const answers = (digits: string): SessionInput => heard("rx", hex(digits));
export const asksOnLine = (digits: string): SessionInput => heard("tx", rtu(digits));
export const answersOnLine = (digits: string): SessionInput => heard("rx", rtu(digits));

export const said = (state: string, rest: object) => ({ type: "say", value: { type: "state", state, ...rest } });
export const session = () => transcript(modbusSession, OPTIONS);

export const ASKS = asks("0007 0000 0006 0a 03 0005 0002");
export const HAS = answers("0007 0000 0007 0a 03 04 0009 0018");
export const WHAT = { exchange: 1, attempt: 1, transaction: 7, unit: 10, function: 3, address: 5, quantity: 2 };
export const REPLY = { transaction: 7, unit: 10, function: 3 };
