import { FieldtapeError } from "../errors.ts";
import { isoDate } from "./derive.ts";
import { planMerge } from "./merge-sources.ts";
import { mergedRecords } from "./merge-stream.ts";
import { MergedChannels } from "./merged-channels.ts";
import type { HeaderRecord, TapeRecord } from "./record.ts";
import { segmentsBeside } from "./segments.ts";

/**
 * A recording's segments that lie beside each other, read as one tape, as often as wanted: what a segment says again at its beginning is left
 * out, and so are hash lines and ends.
 */
export class TapeSeries {
  /** As of a tape that begins with the first segment that is there. */
  readonly header: HeaderRecord;
  readonly paths: readonly string[];
  /** How many segments are not there, from the first of the recording on. */
  readonly missing: number;
  readonly #plan: Awaited<ReturnType<typeof planMerge>>;
  #ended = false;

  private constructor(plan: Awaited<ReturnType<typeof planMerge>>, first: HeaderRecord) {
    this.#plan = plan;
    this.header = { ...first, started: isoDate(plan.started), segment: 0, offset: "0", previous: null };
    this.paths = plan.sources.map(({ path }) => path);
    const numbers = plan.sources.map(({ header }) => header.segment);
    this.missing = Math.max(...numbers) + 1 - numbers.length;
  }

  /**
   * Finds the segments by their names; `path` is that of any of them.
   *
   * @throws FieldtapeError USAGE where one is of another recording or has no header; what opening a tape throws
   */
  static async open(path: string): Promise<TapeSeries> {
    const paths = await segmentsBeside(path);
    const plan = await planMerge(paths.length === 0 ? [path] : paths, undefined);
    const stranger = plan.sources.find(({ recording }) => recording !== 0);
    if (stranger !== undefined) {
      throw new FieldtapeError("USAGE", `${stranger.path} lies among the segments and is of another recording`, {
        file: stranger.path,
        hint: "name each tape by itself",
      });
    }
    const first = plan.sources[0];
    if (first === undefined) throw new Error("bug in fieldtape: a series without a segment");
    return new TapeSeries(plan, first.header);
  }

  async *batches(signal: AbortSignal): AsyncGenerator<readonly TapeRecord[], void, undefined> {
    const channels = new MergedChannels(this.#plan);
    const last = this.#plan.sources.length - 1;
    this.#ended = false;
    for await (const merged of mergedRecords(this.#plan.sources)) {
      signal.throwIfAborted();
      const records: TapeRecord[] = [];
      for (const one of merged) {
        const { type } = one.record;
        if (type === "end") this.#ended ||= one.source === last;
        if (type !== "end" && type !== "block") records.push(...channels.take(one));
      }
      yield records;
    }
  }

  /** Whether the last segment was closed properly; known when all has been read. */
  get ended(): boolean {
    return this.#ended;
  }
}
