import { fromBase64 } from "../bytes/base64.ts";
import type { Json } from "../bytes/json.ts";
import { FieldtapeError } from "../errors.ts";
import { type Nanos, plus, ZERO } from "../time/nanos.ts";
import { parseDecimalSeconds } from "./decimal-seconds.ts";
import { derivedId, isoDate } from "./derive.ts";
import { jsonProblem } from "./limits.ts";
import type { HeaderRecord, TapeRecord } from "./record.ts";
import { stampText } from "./schema-one-stamp.ts";

/** A jump of the date by more than a tape can be long is the clock being set, not time passing. */
const STEP_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** Whether a tape's first line is of the form that had no header: it has a `ts`, and is no record of schema 2. */
export function isSchemaOne(line: string): boolean {
  const object = parsedObject(line);
  return (
    object !== undefined && object["type"] !== "header" && object["at"] === undefined && stampText(line) !== undefined
  );
}

/**
 * Turns the lines of a schema 1 tape into records of schema 2, for ever (docs/tape-format.md, *Schema 1*). The first `ts` becomes
 * `started` and `at` 0; each source becomes a stream channel; all bytes are `rx`; other types are kept as they stand.
 *
 * A `ts` that goes back, or jumps by more than 104 days, is the clock being set: it gets the `at` of the line before it and is noted
 * once, as a `wall` record with its step (as far as a step can be said). From there on time goes on as the stamps do.
 */
export class SchemaOneReader {
  readonly header: HeaderRecord;
  readonly #channels = new Map<string, number>();
  /** The stamp and the `at` of the line before. */
  #wall: bigint;
  #at: Nanos = ZERO;

  /** @throws FieldtapeError TAPE_MALFORMED, without file and line, if the first line has no date. */
  constructor(firstLine: string) {
    const started = stamped(firstLine);
    if (started === undefined) throw malformed('has no "ts" that is a date');
    this.#wall = started;
    this.header = {
      type: "header",
      format: "fieldtape",
      schema: 2,
      id: derivedId("schema 1", [firstLine], {}),
      started: isoDate(started),
      segment: 0,
      offset: "0",
      previous: null,
      recorder: { version: "schema 1", git: "" },
      requires: [],
      meta: { schema: 1 },
    };
  }

  /**
   * The records of one line, without its `\n`: mostly one; a channel before it where the source is new; a `wall` before it where
   * the clock was set.
   * @throws FieldtapeError TAPE_MALFORMED or LIMIT_EXCEEDED saying what is wrong, without file and line.
   */
  read(line: string): readonly TapeRecord[] {
    const object = parsedObject(line);
    if (object === undefined) throw malformed("is not a JSON object");
    const { type } = object;
    if (typeof type !== "string") throw malformed('has no "type"');
    const records: TapeRecord[] = [];
    const wall = stamped(line);
    if (wall !== undefined) this.#pass(wall, records);
    if (type !== "raw") records.push({ type: "unknown", at: this.#at, json: line });
    else if (wall === undefined) throw malformed('has no "ts" that is a date');
    else this.#raw(object, records);
    return records;
  }

  #pass(wall: bigint, records: TapeRecord[]): void {
    const passed = wall - this.#wall;
    this.#wall = wall;
    if (passed < 0n || passed > STEP_MAX) {
      const step = passed < -STEP_MAX ? -STEP_MAX : passed > STEP_MAX ? STEP_MAX : passed;
      records.push({ type: "wall", at: this.#at, wall: isoDate(wall), step: Number(step) });
    } else if (BigInt(this.#at) + passed > STEP_MAX) {
      throw new FieldtapeError("LIMIT_EXCEEDED", "the line is more than 104 days after the first one");
    } else {
      this.#at = plus(this.#at, Number(passed));
    }
  }

  #raw(object: { readonly [name: string]: Json | undefined }, records: TapeRecord[]): void {
    const { source = "", b64 } = object;
    if (typeof source !== "string") throw malformed('"raw" has a "source" that is no text');
    const bytes = typeof b64 === "string" ? fromBase64(b64) : undefined;
    if (bytes === undefined) throw malformed('"raw" has no "b64" that is base64');
    let channel = this.#channels.get(source);
    if (channel === undefined) {
      channel = this.#channels.size;
      this.#channels.set(source, channel);
      records.push({ type: "channel", at: this.#at, channel, name: source, kind: "stream", source, settings: {} });
    }
    records.push({ type: "raw", at: this.#at, channel, dir: "rx", bytes });
  }
}

function stamped(line: string): bigint | undefined {
  const text = stampText(line);
  const wall = text === undefined ? undefined : parseDecimalSeconds(text);
  return wall !== undefined && wall >= FIRST_DATE && wall < AFTER_LAST_DATE ? wall : undefined;
}

/** 0000-01-01 and 10000-01-01: what ISO 8601 can say. */
const FIRST_DATE = -62_167_219_200_000_000_000n;
const AFTER_LAST_DATE = 253_402_300_800_000_000_000n;

function parsedObject(line: string): { readonly [name: string]: Json | undefined } | undefined {
  try {
    const object: Json = JSON.parse(line);
    if (typeof object !== "object" || object === null || isArray(object) || jsonProblem(object) !== undefined)
      return undefined;
    return object;
  } catch {
    return undefined;
  }
}

function isArray(value: object): value is readonly Json[] {
  return Array.isArray(value);
}

const malformed = (problem: string): FieldtapeError => new FieldtapeError("TAPE_MALFORMED", `the line ${problem}`);
