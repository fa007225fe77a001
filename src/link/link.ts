import type { GapCause, LinkChange } from "../bytes/channel.ts";
import type { Nanos } from "../time/nanos.ts";

/** What happens on one wire to one device, stamped when the read returned. */
export type LinkEvent =
  | { readonly type: "bytes"; readonly at: Nanos; readonly bytes: Uint8Array }
  | { readonly type: "link"; readonly at: Nanos; readonly change: LinkChange; readonly reason?: string }
  | { readonly type: "gap"; readonly at: Nanos; readonly cause: GapCause; readonly bytes?: number };

/**
 * One wire to one device. `events` is read by one reader, once; it ends when the link is closed for good.
 * `send` resolves when the system has taken the bytes, and rejects with a FieldtapeError LINK_LOST.
 */
export interface Link extends AsyncDisposable {
  readonly events: AsyncIterable<LinkEvent>;
  send(data: Uint8Array): Promise<void>;
}
