import type { FieldtapeError } from "../errors.ts";

/** Why a source will say no more. */
export type SourceEnd =
  /** It was asked to stop. */
  | { readonly reason: "stop" }
  /** Its input is over (a pipe, a peer that closed in order). */
  | { readonly reason: "eof" }
  /** Its link went away and is not looked for again. */
  | { readonly reason: "link-lost"; readonly error: FieldtapeError };

/** Something that is being recorded: it holds its links open and tells `Arrivals` what happens on them. */
export interface Source {
  /** For people: what it is, with the addresses that it really has: `tap 127.0.0.1:1502 -> 192.168.1.10:502`. */
  readonly description: string;
  /** For names of channels and files: `tcp:192.168.1.10:502`, `serial:/dev/ttyUSB0`, `stdin`. */
  readonly name: string;
  /** What could not be had as asked, as sentences. */
  readonly notes: readonly string[];
  readonly ended: Promise<SourceEnd>;
  /** Reads no more, lets what was read go out, closes its links and says so. When it resolves, nothing more arrives. */
  close(): Promise<void>;
}

/** What a source does when more waits for the tape than may wait. */
export type WhenCrowded =
  /** Goes on; what finds no room becomes a `gap`. The traffic is never held up by its recording. */
  | "gap"
  /** Stops reading until there is room. Nothing is lost here, but the sender is held up. */
  | "wait";
