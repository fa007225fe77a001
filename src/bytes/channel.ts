/** Words that the tape, the machines and the links share about one wire. */

/** `rx`/`tx` as seen from this host; in a tap and in imported captures `rx` = from the device, `tx` = to it. */
export type Dir = "rx" | "tx";

/**
 * `stream`: read boundaries mean nothing, reads may be joined and split.
 * `datagram`: each read is one message (UDP, MQTT, CAN); never joined or split.
 */
export type ChannelKind = "stream" | "datagram";

/** Why bytes are missing from a tape. Loss is a record, never silence. */
export type GapCause =
  | "overrun" // the driver or the kernel lost bytes before we read them
  | "queue" // our bounded queue was full
  | "framing" // the UART reported a framing error
  | "parity" // the UART reported a parity error
  | "disk" // the disk did not take what was read
  | "paused" // recording was paused
  | "damage" // lines of the tape were damaged and could not be recovered
  | "truncated" // the capture holds less than was on the wire (snap length, missing segments)
  | "redacted"; // taken out on request

export const GAP_CAUSES: readonly GapCause[] = [
  "overrun",
  "queue",
  "framing",
  "parity",
  "disk",
  "paused",
  "damage",
  "truncated",
  "redacted",
];

/**
 * What happened to a link. `half-close`: one end will send no more (`dir` says which way fell silent) ·
 * `close`: orderly, both ways · `reset`: aborted by an end · `lost`: gone without a word (unplugged, timed out).
 */
export type LinkChange = "open" | "half-close" | "close" | "reset" | "lost";

export const LINK_CHANGES: readonly LinkChange[] = ["open", "half-close", "close", "reset", "lost"];
