import type { TapeRedaction } from "./bundle-manifest.ts";

/** What takes out of a bundle what its reader must not see. Without one, captured bytes go in as they are. */
export interface Redactor {
  /** The profile's name. */
  readonly profile: string;
  /**
   * Writes a redacted copy of a tape, blobs and all, and says what was done to it and whether it still behaves the same.
   *
   * @throws FieldtapeError what reading, writing and the subject's opening throw
   */
  tape(source: string, out: string, signal: AbortSignal): Promise<TapeRedaction>;
  /** Text that is no tape: logs, reports, configuration. */
  text(text: string): string;
}
