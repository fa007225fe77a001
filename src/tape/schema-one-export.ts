import { toBase64 } from "../bytes/base64.ts";
import { assert } from "../errors.ts";
import { parseIso } from "../time/iso.ts";
import { formatDecimalSeconds } from "./decimal-seconds.ts";
import type { HeaderRecord, TapeRecord } from "./record.ts";

/**
 * Turns records into lines of schema 1, as Python's `json.dumps` writes them. Only what that form can say comes out: what was
 * received, with its date and source, and lines of schema 1 that were kept as unknown. The date goes by the `wall` records, so that
 * a tape read from schema 1 gives its stamps back.
 */
export class SchemaOneWriter {
  readonly #sources = new Map<number, string>();
  /** The date of `at` 0, by the last anchor. */
  #started: bigint;
  /** Records with content that schema 1 cannot say. */
  leftOut = 0;

  constructor(header: HeaderRecord) {
    this.#started = dateOf(header.started);
  }

  /** The line of a record, without `\n`; `undefined` if it has none. */
  write(record: TapeRecord): string | undefined {
    switch (record.type) {
      case "channel":
        this.#sources.set(record.channel, record.source);
        return undefined;
      case "wall":
        this.#started = dateOf(record.wall) - BigInt(record.at);
        return undefined;
      case "raw": {
        if (record.dir !== "rx") break;
        const stamp = formatDecimalSeconds(this.#started + BigInt(record.at));
        const source = JSON.stringify(this.#sources.get(record.channel) ?? "");
        return `{"ts": ${stamp}, "type": "raw", "source": ${source}, "b64": "${toBase64(record.bytes)}"}`;
      }
      case "unknown":
        if (/"ts"\s*:/.test(record.json)) return record.json;
        break;
      case "header":
      case "block":
      case "end":
        return undefined;
      default:
    }
    this.leftOut++;
    return undefined;
  }
}

function dateOf(text: string): bigint {
  const date = parseIso(text);
  assert(date !== undefined, `${text} was read as a date before`);
  return date;
}
