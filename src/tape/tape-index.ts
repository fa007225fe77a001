import { assert } from "../errors.ts";
import { parseIso } from "../time/iso.ts";
import { type Nanos, nanos, ZERO } from "../time/nanos.ts";
import { fileKey, loadIndexFile, saveIndexFile } from "./index-file.ts";
import { formatRecord } from "./line.ts";
import { openTape, type ReaderFacts, type TapeReader } from "./reader.ts";
import type { HeaderRecord, TapeRecord } from "./record.ts";
import type { TapePlace } from "./scanner.ts";
import { type Survey, Surveyor } from "./survey.ts";

const FILE = "index.json";
const VERSION = 1;
/** Smaller tapes are read faster than a folder is made beside them. */
const WORTH_STORING_BYTES = 16 * 1024 * 1024;
/** More than these are not kept, and are looked for on the tape instead. */
const SAID_MAX = 100_000;
const MARKS_MAX = 100_000;
const ANCHORS_MAX = 100_000;

export const BEGINNING: TapePlace = { byte: 0, line: 1, at: ZERO };

/** At `at` the date was `wall`, in nanoseconds since 1970; `step`: by how much it had jumped. */
export interface Anchor {
  readonly at: Nanos;
  readonly wall: bigint;
  readonly step: number;
}

/** What one pass over a tape leaves behind, as it is stored. */
interface Content {
  readonly facts: IndexFacts;
  readonly survey: Survey;
  /** About four a MiB, flat: byte, line, at. */
  readonly places: readonly number[];
  /** Lines of channels, links and anchors of the date, each behind its number; `null` if they were too many. */
  readonly said: readonly (readonly [line: number, json: string])[] | null;
  readonly marks: readonly (readonly [line: number, at: number, label: string])[];
  readonly anchors: readonly (readonly [at: number, wall: string, step: number])[];
}

type IndexFacts = Omit<ReaderFacts, "broken">;

/**
 * What finds a place on a tape without reading all of it. A pure cache: rebuilt when the tape has changed, never needed to open one,
 * stored in `<tape>.index/` where that is possible and worth it.
 */
export class TapeIndex {
  readonly #content: Content;

  private constructor(content: Content) {
    this.#content = content;
  }

  /** The stored index, or one made now by reading the tape once. @throws what reading throws */
  static async open(path: string, signal?: AbortSignal): Promise<TapeIndex> {
    return (await TapeIndex.load(path)) ?? (await TapeIndex.build(path, signal));
  }

  /** The stored index, if there is one that fits the tape as it is. */
  static async load(path: string): Promise<TapeIndex | undefined> {
    const content = await loadIndexFile(path, FILE, VERSION);
    return isContent(content) ? new TapeIndex(content) : undefined;
  }

  /** Reads the whole tape, holds it against its hashes, and stores what it found. @throws what reading throws */
  static async build(path: string, signal?: AbortSignal): Promise<TapeIndex> {
    await using tape = await openTape(path);
    // Taken before it is read: a tape that grows meanwhile makes the index stale, not wrong.
    const key = await fileKey(path);
    const content = await read(tape, signal);
    if (key !== undefined && key.size >= WORTH_STORING_BYTES)
      await saveIndexFile(path, { name: FILE, version: VERSION, key, content });
    return new TapeIndex(content);
  }

  get survey(): Survey {
    return this.#content.survey;
  }

  /** What reading found, hashes included. */
  get facts(): IndexFacts {
    return this.#content.facts;
  }

  get header(): HeaderRecord | undefined {
    return this.survey.header;
  }

  /** In order, at most the first 100,000. */
  get marks(): Content["marks"] {
    return this.#content.marks;
  }

  /** Lines of channels, links and anchors of the date; `undefined` if there were too many to keep. */
  get said(): readonly (readonly [line: number, json: string])[] | undefined {
    return this.#content.said ?? undefined;
  }

  /** When it was what date, in order: by the header, then by each `wall` record. Empty without any. */
  get anchors(): readonly Anchor[] {
    return this.#content.anchors.map(([at, wall, step]) => ({ at: nanos(at), wall: BigInt(wall), step }));
  }

  /** The last known place before which there is nothing at `at` or later. */
  beforeAt(at: Nanos): TapePlace {
    return this.#last((place) => place.at < at);
  }

  /** The last known place at or before this line. */
  beforeLine(line: number): TapePlace {
    return this.#last((place) => place.line <= line);
  }

  #last(holds: (place: TapePlace) => boolean): TapePlace {
    let low = 0;
    let high = this.#content.places.length / 3;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(this.#place(middle))) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? BEGINNING : this.#place(low - 1);
  }

  #place(index: number): TapePlace {
    const [byte = 0, line = 1, at = 0] = this.#content.places.slice(index * 3, index * 3 + 3);
    return { byte, line, at: nanos(at) };
  }
}

/** Whether a record goes on holding after its line. */
export function isSaid(record: TapeRecord): boolean {
  return record.type === "channel" || record.type === "link" || record.type === "wall";
}

async function read(tape: TapeReader, signal: AbortSignal | undefined): Promise<Content> {
  const notes = new Notes();
  for await (const { firstLine, records } of tape.batches(signal === undefined ? {} : { signal })) {
    let line = firstLine;
    for (const record of records) notes.take(record, line++);
    const facts = tape.facts();
    // Only at the end of a chunk is the byte known at which the next line begins; a tape of schema 1 is read from its beginning.
    if (facts.schema === 2 && facts.lines === line - 1) notes.places.push(facts.bytes, line, notes.at);
  }
  const { broken: _, ...facts } = tape.facts();
  return notes.content(facts);
}

/** Takes down what an index keeps. */
class Notes {
  readonly places: number[] = [];
  at: Nanos = ZERO;
  readonly #surveyor = new Surveyor();
  readonly #said: [number, string][] = [];
  #saidAll = true;
  readonly #marks: [number, number, string][] = [];
  readonly #anchors: [number, string, number][] = [];

  take(record: TapeRecord, line: number): void {
    this.#surveyor.take(record, line);
    if (record.type === "header") this.#anchor(ZERO, record.started, 0);
    else this.at = record.at;
    if (isSaid(record)) {
      if (this.#said.length === SAID_MAX) this.#saidAll = false;
      else this.#said.push([line, formatRecord(record)]);
    }
    if (record.type === "wall") this.#anchor(record.at, record.wall, record.step);
    else if (record.type === "mark" && this.#marks.length < MARKS_MAX)
      this.#marks.push([line, record.at, record.label]);
  }

  content(facts: IndexFacts): Content {
    const said = this.#saidAll ? this.#said : null;
    return {
      facts,
      survey: this.#surveyor.survey(),
      places: this.places,
      said,
      marks: this.#marks,
      anchors: this.#anchors,
    };
  }

  #anchor(at: Nanos, date: string, step: number): void {
    const wall = parseIso(date);
    assert(wall !== undefined, `${date} was read as a date before`);
    if (this.#anchors.length < ANCHORS_MAX) this.#anchors.push([at, wall.toString(), step]);
  }
}

/** Its digest and version fitted, so we wrote it; this only tells it from what another program with our file name wrote. */
function isContent(content: unknown): content is Content {
  return typeof content === "object" && content !== null && "places" in content && "anchors" in content;
}
