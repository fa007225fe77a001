import type { GapCause, LinkChange } from "../bytes/channel.ts";
import type { Nanos } from "../time/nanos.ts";
import type { ChainInput } from "./chain-plan.ts";

/** What happens on one wire, as a link tells it: the shape of `LinkEvent`. */
export type LinkHappening =
  | { readonly type: "bytes"; readonly at: Nanos; readonly bytes: Uint8Array }
  | { readonly type: "link"; readonly at: Nanos; readonly change: LinkChange; readonly reason?: string }
  | { readonly type: "gap"; readonly at: Nanos; readonly cause: GapCause; readonly bytes?: number };

/** The same as a machine's input: what comes on a link of our own is `rx`. */
export function linkInput(channel: number, happening: LinkHappening): ChainInput {
  const { at } = happening;
  if (happening.type === "bytes") return { type: "raw", at, channel, dir: "rx", bytes: happening.bytes };
  if (happening.type === "gap") return { type: "gap", at, channel, dir: "rx", cause: happening.cause };
  return { type: "link", at, channel, event: happening.change };
}
