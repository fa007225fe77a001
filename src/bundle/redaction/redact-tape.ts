import type { Json } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import type { Subject } from "../../replayer/subject.ts";
import type { Redaction } from "./profile.ts";
import type { RedactionReport } from "./report.ts";

/** A subject with the settings that it is opened with. */
export interface SeatedSubject {
  readonly subject: Subject;
  readonly config: Json;
}

export interface TapeRedactionRequest {
  /** The tape, and where the redacted one goes: a tape of its own, with its hashes made anew. */
  readonly tape: string;
  readonly out: string;
  readonly force: boolean;
  readonly redaction: Redaction;
  /**
   * Whose frames the field rules are about: an observer that is a framer alone, and can re-encode its frames. Absent: bytes are looked at as bytes, for
   * secrets only.
   */
  readonly framing?: SeatedSubject;
  /** What both tapes are replayed into, to prove that they behave the same; usually the framing's session. Absent: not compared. */
  readonly subject?: SeatedSubject;
  /** Machines of the subject: what they said on the tape is left out, since a replay says it again. */
  readonly machines: readonly string[];
}

/**
 * Writes a redacted copy of a tape and proves, by replaying both, that it behaves the same. The copy is there whatever the verdict: who asked decides.
 *
 * @throws FieldtapeError OUTPUT_EXISTS; USAGE when the profile has field rules for a framer that cannot re-encode; what reading, writing and the
 *   subject throw
 */
export async function redactTape(request: TapeRedactionRequest, signal: AbortSignal): Promise<RedactionReport> {
  signal.throwIfAborted();
  throw new FieldtapeError("OUTPUT_FAILED", "tapes cannot be redacted yet", { file: request.out });
}
