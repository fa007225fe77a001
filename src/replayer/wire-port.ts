import type { GapCause, LinkChange } from "../bytes/channel.ts";
import type { ChannelRecord } from "../tape/record.ts";
import type { Nanos } from "../time/nanos.ts";

/** What a live program does on its wire, stamped on arrival in tape time. A `LinkEvent` of `link/` is one. */
export type WireEvent =
  | { readonly type: "bytes"; readonly at: Nanos; readonly bytes: Uint8Array }
  | { readonly type: "link"; readonly at: Nanos; readonly change: LinkChange; readonly reason?: string }
  | { readonly type: "gap"; readonly at: Nanos; readonly cause: GapCause; readonly bytes?: number };

/** One wire to a live program. A `Link` of `link/` is one, which the replayer does not know. */
export interface Wire extends AsyncDisposable {
  /** Ends when the wire is closed for good. */
  readonly events: AsyncIterable<WireEvent>;
  /** Resolves when the system has taken the bytes. @throws FieldtapeError LINK_LOST */
  send(bytes: Uint8Array): Promise<void>;
}

/** Where live programs are: a port to call, a port on which they call, a serial line. */
export interface WirePort extends AsyncDisposable {
  /** A wire for this channel, which is connected once this resolves. @throws FieldtapeError LINK_OPEN_FAILED */
  open(channel: ChannelRecord, signal: AbortSignal): Promise<Wire>;
}
