import * as z from "zod";
import { GAP_CAUSES } from "../bytes/channel.ts";
import { LABEL_LENGTH_MAX } from "./application-events.ts";

// What goes over a recorder's control socket, one JSON object a line. Numbers of bytes and reads since the tape began; times in ns.

const id = z.number().int().nonnegative().optional();

const command = z.discriminatedUnion("command", [
  z.strictObject({ command: z.literal("mark"), label: z.string().max(LABEL_LENGTH_MAX), id }),
  z.strictObject({ command: z.literal("rotate"), id }),
  z.strictObject({ command: z.literal("stop"), id }),
]);

const count = z.number().int().nonnegative();
const flow = z.object({ bytes: count, reads: count, lost: count, gaps: count });
const rate = z.object({ bytes: z.number(), reads: z.number() });
const dir = z.enum(["rx", "tx"]);

const status = z.object({
  type: z.literal("status"),
  state: z.enum(["recording", "stopping", "stopped"]),
  at: count,
  path: z.string(),
  records: count,
  rx: flow,
  tx: flow,
  losses: z.array(z.object({ cause: z.enum(GAP_CAUSES), gaps: count, lost: count })),
  rates: z.object({ rx: rate, tx: rate }),
  channels: z.array(
    z.object({
      channel: count,
      name: z.string(),
      source: z.string(),
      link: z.enum(["open", "half-close", "close", "reset", "lost"]).optional(),
      rx: flow,
      tx: flow,
    }),
  ),
  marks: count,
  events: count,
  outputs: count.optional(),
  decodeFailure: z.string().optional(),
  waiting: count,
  /** Reads since the status before: when, where, how long, and how they begin (hex). */
  tail: z.array(z.object({ number: count, at: count, channel: count, dir, length: count, start: z.string() })),
});

const answer = z.discriminatedUnion("type", [
  status,
  z.object({ type: z.literal("done"), command: z.string(), id }),
  z.object({ type: z.literal("refused"), reason: z.string(), id }),
]);

/** What a client asks of a recorder. */
export type ControlCommand = z.infer<typeof command>;
/** What a recorder says to its clients: snapshots of its status, and answers to their commands. */
export type ControlMessage = z.infer<typeof answer>;
export type ControlStatus = z.infer<typeof status>;

/** A line from a client; `undefined`: it is no command. */
export function parseCommand(value: unknown): ControlCommand | undefined {
  return command.safeParse(value).data;
}

/** A line from a recorder; `undefined`: it is of a kind that this version does not know. */
export function parseMessage(value: unknown): ControlMessage | undefined {
  return answer.safeParse(value).data;
}
