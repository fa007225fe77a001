import type { Json } from "../bytes/json.ts";
import type { Edit, FrameOnWire } from "../machine/machine.ts";
import type { ChannelRecord, TapeRecord } from "../tape/record.ts";
import type { Nanos } from "../time/nanos.ts";

/** What a tape is played into: records in, records out. The regression side knows nothing else. */
export interface Subject {
  readonly name: string;
  /**
   * An `observer` hears both directions and sends nothing. A `participant` hears `rx`; what it sends comes out as `raw`
   * records with `dir: "tx"`, to be compared with the recorded ones.
   */
  readonly role: "observer" | "participant";
  /**
   * It is at work in another process: so many records at once suit it best at full speed, and it takes the next `advance` before it has
   * answered the one before. Absent: as the driver likes, one after the other.
   */
  readonly atOnce?: number;
  open(options: OpenOptions): Promise<SubjectRun>;
  /** Its code has changed: a later run is to begin with what it is now. Absent: it loads nothing that could change. */
  renew?(): void;
}

export interface OpenOptions {
  /** The subject's own settings, already parsed by the subject's definition. */
  readonly config: Json;
  /** Channels known at the start; later ones come as `channel` records in `advance`. */
  readonly channels: readonly ChannelRecord[];
  /** Seeds whatever chance the subject needs. */
  readonly seed: number;
  /** Machines of which it is known beforehand that the tape holds their inputs: each hears exactly those. */
  readonly recorded?: readonly string[];
  /**
   * `recorded` (the default): a machine whose inputs stand on the tape hears them, `elapsed` included, and its own deadlines
   * are only checked. `computed`: the recorded `elapsed` have been left out, and its own deadlines fire instead.
   */
  readonly time?: "recorded" | "computed";
  /** Disturbances of the subject's own ports (cut-power, disk-full, …), as data. One that it cannot apply is refused. */
  readonly faults: readonly Json[];
  /** The tape that it is played from, where that is a file: for a subject that needs its blobs. */
  readonly file?: string;
  /** Goes on from a state that `snapshot` gave. */
  readonly snapshot?: Uint8Array;
}

export interface SubjectRun extends AsyncDisposable {
  /**
   * Takes `records` in order and brings virtual time to `until`.
   *
   * - Before each record the subject's own deadlines earlier than its `at` fire; after the last one those `<= until`.
   *   At equal times a recorded input thus precedes a deadline.
   * - A driver that has a next record in hand passes `until = next.at - 1`, so `until` may be one nanosecond before the last
   *   record's `at`: more inputs of that instant are to come.
   * - Records that are not inputs (`output`, `block`, `mark`, `header`, …) may be among them and are passed over.
   *   The last record of a run is an `end`, whether or not the tape has one.
   * - `outputs` are in the order said, each with the `at` of the step that said it, never going back.
   * - `deadline` is when the subject next wants to hear that time has passed.
   *
   * @throws FieldtapeError SUBJECT_CRASHED or SUBJECT_HUNG, with the record that did it where that is known.
   */
  advance(records: readonly TapeRecord[], until: Nanos, signal: AbortSignal): Promise<Advanced>;
  /** All state as bytes, for a warm seek. Absent: a seek replays from the start and says "cold". */
  snapshot?(): Promise<Uint8Array>;
  /**
   * The bytes of a frame that the subject said, after edits of its value, with lengths and checks that are right again; `undefined` if
   * no frame says that. Without edits: the same bytes. For shrinking and redaction. Absent: the subject cannot.
   */
  rewrite?(frame: FrameOnWire, edits: readonly Edit[]): Promise<Uint8Array | undefined>;
}

export interface Advanced {
  readonly outputs: readonly TapeRecord[];
  readonly deadline: Nanos | undefined;
}
