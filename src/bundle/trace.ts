import { writeOutTape } from "../replayer/out-tape.ts";
import type { ReplayStep } from "../replayer/replay-step.ts";
import { openTape } from "../tape/reader.ts";
import type { HeaderRecord, TapeRecord } from "../tape/record.ts";
import { exists } from "../tape/segments.ts";
import type { Clock } from "../time/clock.ts";
import { type Nanos, ZERO } from "../time/nanos.ts";
import type { Outcome } from "./bundle-manifest.ts";
import { isFailure, isUnplayable, playTape, type Seat } from "./seat.ts";

export interface TraceOptions {
  readonly tape: string;
  /** Where the trace is written. */
  readonly out: string;
  readonly seat: Seat;
  readonly recorder: HeaderRecord["recorder"];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface Trace {
  readonly outcome: Outcome;
  /** Whether there is a trace: not of a tape that could not even be opened. */
  readonly written: boolean;
}

/**
 * Plays a tape into its subject and writes down what it says: what has to come out again where somebody reproduces it. A subject that fails, and a
 * tape that breaks off, are outcomes; what was said until then is kept.
 *
 * @throws FieldtapeError what else reading, writing and opening the subject throw
 */
export async function recordTrace({ tape: path, out, seat, recorder, clock, signal }: TraceOptions): Promise<Trace> {
  const said = { records: 0, faults: 0 };
  try {
    await using tape = await openTape(path);
    const identity = { subject: seat.subject.name, config: seat.config, seed: seat.seed };
    let at: Nanos = ZERO;
    const portions = async function* (): AsyncGenerator<readonly TapeRecord[]> {
      for await (const step of playTape(tape, seat, { clock, signal })) {
        at = step.at;
        count(step.outputs, said);
        yield traced(step);
      }
    };
    const end = () => ({ at, reason: "replayed" });
    await writeOutTape({ path: out, force: true, recorder }, tape, identity, { portions: portions(), end });
    return { outcome: { type: "said", ...said }, written: true };
  } catch (thrown) {
    const written = await exists(out);
    if (isFailure(thrown)) {
      const { code, message, line } = thrown;
      return { outcome: { type: "failed", code, message, ...(line === undefined ? {} : { line }) }, written };
    }
    if (!isUnplayable(thrown)) throw thrown;
    return { outcome: { type: "unplayable", code: thrown.code, message: thrown.message }, written };
  }
}

function count(outputs: readonly TapeRecord[], said: { records: number; faults: number }): void {
  for (const record of outputs) {
    said.records += 1;
    if (isFault(record)) said.faults += 1;
  }
}

export function isFault(record: TapeRecord): boolean {
  if (record.type !== "output" || typeof record.value !== "object" || record.value === null) return false;
  return "type" in record.value && record.value.type === "fault";
}

/** What was said, behind the channels on which it was said. */
function traced({ fed, outputs }: ReplayStep): readonly TapeRecord[] {
  const channels = fed.filter((record) => record.type === "channel");
  if (channels.length === 0) return outputs;
  return [...channels, ...outputs].toSorted((a, b) => atOf(a) - atOf(b));
}

const atOf = (record: TapeRecord): Nanos => (record.type === "header" ? ZERO : record.at);
