import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/bytes/json.ts";
import { MODBUS_RTU_OPTIONS } from "../../../src/protocol/modbus/modbus-rtu.ts";
import { MODBUS_SESSION_OPTIONS } from "../../../src/protocol/modbus/modbus-session.ts";
import { MODBUS_TCP_OPTIONS } from "../../../src/protocol/modbus/modbus-tcp.ts";
import { modbusRtuOptions, modbusSessionOptions, modbusTcpOptions } from "../../../src/protocol/modbus/schema.ts";

describe("the options of Modbus subjects", () => {
  test("need nothing", () => {
    expect(modbusTcpOptions.parse({})).toEqual(MODBUS_TCP_OPTIONS);
    expect(modbusRtuOptions.parse({})).toEqual(MODBUS_RTU_OPTIONS);
    expect(modbusSessionOptions.parse({})).toEqual(MODBUS_SESSION_OPTIONS);
  });

  test("name the framer that a session stands on, with its options", () => {
    const framer = { subject: "modbus-rtu", options: { baud: 9600, parity: "none" } };
    expect(modbusSessionOptions.parse({ framer, timeoutMs: 200 })).toEqual({
      ...MODBUS_SESSION_OPTIONS,
      framer,
      timeoutMs: 200,
    });
  });

  test.each<[string, { safeParse(value: Json): { error?: { issues: { path: PropertyKey[] }[] } } }, Json, string]>([
    ["a baud rate of nothing", modbusRtuOptions, { baud: 0 }, "baud"],
    ["a parity that no line has", modbusRtuOptions, { parity: "E" }, "parity"],
    ["a half stop bit", modbusRtuOptions, { stopBits: 0.5 }, "stopBits"],
    ["a device in no direction", modbusTcpOptions, { device: "both" }, "device"],
    ["a length beyond two bytes", modbusTcpOptions, { lengthMax: 65_536 }, "lengthMax"],
    ["a timeout of nothing", modbusSessionOptions, { timeoutMs: 0 }, "timeoutMs"],
    ["requests without limit", modbusSessionOptions, { pendingMax: 1_000_000 }, "pendingMax"],
    ["a word that is misspelt", modbusSessionOptions, { timeoutMS: 5 }, ""],
  ])("refuse %s by its name", (_what, schema, value, path) => {
    expect(schema.safeParse(value).error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });
});
