import type { JsonObject } from "../bytes/json.ts";
import { FieldtapeError } from "../errors.ts";
import { type ChainPlan, type FramerPart, framerPart, sessionPart } from "../machine/chain-plan.ts";
import type { Framer, Session } from "../machine/machine.ts";
import type { NamedFramer } from "../plugin/abi.ts";

/** A subject that comes with fieldtape. Its machines are loaded when it is used. */
export interface BuiltIn {
  readonly name: string;
  readonly role: "observer" | "participant";
  /** Whether it turns bytes into frames by itself, so that a session may stand on it. */
  readonly frames: boolean;
  readonly summary: string;
  /** @throws FieldtapeError OPTIONS_INVALID naming the option. */
  plan(options: JsonObject, framerNamed: FramerNamed): Promise<ChainPlan>;
}

/** Finds the framer that a session's options name. */
export type FramerNamed = (framer: NamedFramer) => Promise<FramerPart>;

/** What reads options: a zod schema, by its shape (zod itself stays in the schema files). */
interface OptionsSchema<Options> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: Options }
    | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } };
}

/** The options of the general framers. */
const general = () => import("../protocol/schema.ts");
const modbus = () => import("../protocol/modbus/schema.ts");

export const BUILT_IN: readonly BuiltIn[] = [
  framing("lines", "lines of text or bytes up to a delimiter", async () => ({
    machine: (await import("../protocol/lines.ts")).lines,
    schema: (await general()).linesOptions,
  })),
  framing("length-prefixed", "frames of a declared layout: start, header, length, payload, check, end", async () => ({
    machine: (await import("../protocol/length-prefixed.ts")).lengthPrefixed,
    schema: (await general()).lengthPrefixedOptions,
  })),
  framing("slip", "SLIP (RFC 1055)", async () => ({
    machine: (await import("../protocol/slip.ts")).slip,
    schema: (await general()).stuffedOptions,
  })),
  framing("cobs", "COBS (consistent overhead byte stuffing)", async () => ({
    machine: (await import("../protocol/cobs.ts")).cobs,
    schema: (await general()).stuffedOptions,
  })),
  framing("nmea", "NMEA 0183 sentences", async () => ({
    machine: (await import("../protocol/nmea/nmea.ts")).nmea,
    schema: (await general()).nmeaOptions,
  })),
  framing("modbus-tcp", "Modbus/TCP frames", async () => ({
    machine: (await import("../protocol/modbus/modbus-tcp.ts")).modbusTcp,
    schema: (await modbus()).modbusTcpOptions,
  })),
  framing("modbus-rtu", "Modbus RTU frames", async () => ({
    machine: (await import("../protocol/modbus/modbus-rtu.ts")).modbusRtu,
    schema: (await modbus()).modbusRtuOptions,
  })),
  conversing(
    "modbus-session",
    "observer",
    "what becomes of each Modbus request: answered, late, retried, timed out",
    async () => ({
      machine: (await import("../protocol/modbus/modbus-session.ts")).modbusSession,
      schema: (await modbus()).modbusSessionOptions,
    }),
  ),
  conversing("request-reply", "participant", "a declared client: asks, waits, tries again, reconnects", async () => ({
    machine: (await import("../protocol/request-reply/request-reply.ts")).requestReply,
    schema: (await import("../protocol/request-reply/schema.ts")).requestReplyOptions,
  })),
  {
    name: "crash-schedule",
    role: "observer",
    frames: false,
    summary: "a device that is cut, killed and refused while it updates, on the model of a disk",
    async plan(options) {
      const { crashSchedule } = await import("../ota/crash/crash-schedule.ts");
      const { crashScheduleOptions } = await import("../ota/crash/schema.ts");
      return {
        role: "observer",
        session: sessionPart(crashSchedule, parsed("crash-schedule", crashScheduleOptions, options)),
      };
    },
  },
];

export function builtIn(name: string): BuiltIn | undefined {
  return BUILT_IN.find((entry) => entry.name === name);
}

function framing<Options, State>(
  name: string,
  summary: string,
  load: () => Promise<{ machine: Framer<Options, State>; schema: OptionsSchema<Options> }>,
): BuiltIn {
  return {
    name,
    role: "observer",
    frames: true,
    summary,
    async plan(options) {
      const { machine, schema } = await load();
      return { role: "observer", framer: framerPart(machine, parsed(name, schema, options)) };
    },
  };
}

/** A session on the framer that its options name. */
function conversing<Options extends { readonly framer: NamedFramer }, State>(
  name: string,
  role: BuiltIn["role"],
  summary: string,
  load: () => Promise<{ machine: Session<Options, State>; schema: OptionsSchema<Options> }>,
): BuiltIn {
  return {
    name,
    role,
    frames: false,
    summary,
    async plan(options, framerNamed) {
      const { machine, schema } = await load();
      const config = parsed(name, schema, options);
      return { role, framer: await framerNamed(config.framer), session: sessionPart(machine, config) };
    },
  };
}

function parsed<Options>(name: string, schema: OptionsSchema<Options>, options: JsonObject): Options {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${issue.path.map(String).join(".") || "(options)"}: ${issue.message}`,
  );
  throw new FieldtapeError("OPTIONS_INVALID", `the options of ${name} are not valid\n    ${problems.join("\n    ")}`, {
    hint: "docs/subjects.md lists them",
  });
}
