import type { ControlStatus } from "../../recorder/schema.ts";
import type { Nanos } from "../../time/nanos.ts";
import type { RecorderEnd } from "../supervise/screen-link.ts";
import type { Prompt } from "./prompt.ts";
import type { TerminalSize } from "./terminal.ts";

/** All that the recording screen shows. */
export interface RecordingView {
  readonly size: TerminalSize;
  /** Steady time of this look. */
  readonly now: Nanos;
  /** The recorder's process; `undefined`: it could not be started. */
  readonly pid: number | undefined;
  /** What the recorder said when it began: where it listens, what it noted. */
  readonly words: readonly string[];
  readonly status: ControlStatus | undefined;
  /** When the last status came, or when the recorder was started. */
  readonly heardAt: Nanos;
  /** The last reads, oldest first. */
  readonly tail: ControlStatus["tail"];
  /** Of the segment that is being written, in bytes. */
  readonly fileSize: number | undefined;
  /** Labels of marks that were put here, the last ones. */
  readonly marks: readonly string[];
  readonly prompt: Prompt<"mark"> | undefined;
  /** How often somebody asked it to stop. */
  readonly stops: number;
  readonly help: boolean;
  /** How often it was started again, and why last. */
  readonly restarts: number;
  readonly died: string | undefined;
  readonly end: RecorderEnd | undefined;
}

/** So long without a word and the screen says so. */
const SILENT_AFTER = 2_000_000_000;

/** How long the recorder has said nothing, if that is too long. */
export function silence({ now, heardAt, end, status }: RecordingView): number | undefined {
  const span = now - heardAt;
  // Starting takes a while on a busy machine.
  const patience = status === undefined ? 5 * SILENT_AFTER : SILENT_AFTER;
  return end === undefined && span > patience ? span : undefined;
}
