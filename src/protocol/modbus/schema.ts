import * as z from "zod";
import { MODBUS_RTU_OPTIONS, type ModbusRtuOptions } from "./modbus-rtu.ts";
import { MODBUS_SESSION_OPTIONS, type ModbusSessionOptions } from "./modbus-session.ts";
import { MODBUS_TCP_OPTIONS, type ModbusTcpOptions } from "./modbus-tcp.ts";
import { BAUD_MIN } from "./rtu-silence.ts";

export const modbusTcpOptions = z.strictObject({
  device: z.enum(["rx", "tx"]).default(MODBUS_TCP_OPTIONS.device),
  /** Some makers go beyond the protocol's 254. */
  lengthMax: z.int().min(2).max(65_535).default(MODBUS_TCP_OPTIONS.lengthMax),
}) satisfies z.ZodType<ModbusTcpOptions>;

export const modbusRtuOptions = z.strictObject({
  device: z.enum(["auto", "rx", "tx", "both"]).default(MODBUS_RTU_OPTIONS.device),
  baud: z.int().min(BAUD_MIN).max(20_000_000).exactOptional(),
  parity: z.enum(["none", "even", "odd", "mark", "space"]).exactOptional(),
  stopBits: z.union([z.literal(1), z.literal(1.5), z.literal(2)]).exactOptional(),
  stallMs: z.number().min(1).max(60_000).default(MODBUS_RTU_OPTIONS.stallMs),
}) satisfies z.ZodType<ModbusRtuOptions>;

export const modbusSessionOptions = z.strictObject({
  framer: z
    .strictObject({ subject: z.string().min(1).max(200), options: z.json().exactOptional() })
    .default({ subject: MODBUS_SESSION_OPTIONS.framer.subject }),
  timeoutMs: z.number().min(1).max(3_600_000).default(MODBUS_SESSION_OPTIONS.timeoutMs),
  lateMs: z.number().min(0).max(3_600_000).default(MODBUS_SESSION_OPTIONS.lateMs),
  pendingMax: z.int().min(1).max(1_024).default(MODBUS_SESSION_OPTIONS.pendingMax),
}) satisfies z.ZodType<ModbusSessionOptions>;
