import type { Dir } from "../../bytes/channel.ts";
import type { DifferenceKind } from "./difference.ts";

/**
 * How one case differs from its golden: bounded plain JSON, so that it can cross threads, files and queues. Every difference there is
 * stands in the file `diff`.
 */
export type CaseDifferences = {
  /** One for each signature, in the order in which they first appear; at most `FINDINGS_MAX`. */
  readonly findings: readonly Finding[];
  /** All differences, those of signatures beyond the limit included. */
  readonly differences: number;
  /** Differences whose signature is not among `findings`. */
  readonly unlisted: number;
  /** Records that only moved by the same amount as the one before them: consequences, not counted as differences. */
  readonly folded: number;
  /** The two have so little in common that they were paired in their order instead of aligned. */
  readonly gaveUp: boolean;
  /** Records compared, after the golden's rules. */
  readonly expected: number;
  readonly actual: number;
  /** The complete diff on disk, as JSONL; absolute. */
  readonly diff: string;
};

export const FINDINGS_MAX = 50;

/** All that one case has of one cause. */
export type Finding = {
  /** What the differences of one cause have in common; see `signatureOf`. */
  readonly signature: string;
  readonly count: number;
  /** Index of the first finding that stands in exactly the same records (its own, if there is none): very likely one cause. */
  readonly together: number;
  /** The first of them. */
  readonly exemplar: Exemplar;
};

/** One difference with what stands around it. Texts are cut where they are long. */
export type Exemplar = {
  readonly kind: DifferenceKind;
  readonly stream: string;
  readonly type: string;
  /** Where in the record: `value.latency`; empty for a whole record. */
  readonly path: string;
  /** What stood there and what stands there now, as JSON; absent: nothing. */
  readonly before?: string;
  readonly after?: string;
  readonly expected?: ShownRecord;
  readonly actual?: ShownRecord;
  readonly context: {
    /** Up to three records on each side, of the golden and of what was said. */
    readonly expected: { readonly before: readonly ShownRecord[]; readonly after: readonly ShownRecord[] };
    readonly actual: { readonly before: readonly ShownRecord[]; readonly after: readonly ShownRecord[] };
  };
  /** The last state before, and the first one from there on, in the golden and in what was said. */
  readonly states: { readonly before?: ShownRecord; readonly expected?: ShownRecord; readonly actual?: ShownRecord };
  /** Line of the tape that brought it about (0: before any), and the recorded bytes there. */
  readonly tape: { readonly line: number; readonly bytes?: ShownBytes };
};

/** A record for a person. `line` counts in the golden, or in what was said. */
export type ShownRecord = {
  readonly line: number;
  readonly at: number;
  /** Its canonical line; `…` at the end where it was cut. */
  readonly text: string;
};

/** Bytes of the tape; `start` and `span` count bytes of that channel and direction since the tape began. */
export type ShownBytes = {
  readonly channel: number;
  readonly dir: Dir;
  readonly start: number;
  readonly hex: string;
  readonly span: readonly [offset: number, length: number];
};
