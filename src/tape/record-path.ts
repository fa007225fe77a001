import { toHex } from "../bytes/hex.ts";
import type { Json } from "../bytes/json.ts";
import type { Path } from "./predicate-syntax.ts";
import type { RawRecord, TapeRecord } from "./record.ts";

/** What stands at the end of a path: JSON, the bytes of a read, or nothing. */
export type Found = Json | Uint8Array | undefined;

type Find = (record: TapeRecord) => Found;

/**
 * Compiles a path into records. Its first name is the record's own member where records of that type have one by that name;
 * where they have none, an `input` or `output` is looked into: its `value`. So `dir = rx` finds both reads and decoded frames.
 *
 * A `raw` has `hex`, `text` (what is not valid UTF-8 shows as U+FFFD), `length` and `bytes` (`bytes[0]` is a number).
 * Arrays and texts have `length`. A record of unknown type is looked into as JSON.
 */
export function compilePath(path: Path): Find {
  const [first, ...rest] = path;
  const find = member(first);
  if (rest.length === 0) return find;
  return (record) => {
    let found = find(record);
    for (const step of rest) {
      if (found === undefined) return undefined;
      found = inside(found, step);
    }
    return found;
  };
}

function member(name: string): Find {
  // The two that nearly every predicate begins with, without a detour.
  if (name === "type")
    return (record) => (record.type === "unknown" ? inside(parsed(record.json), "type") : record.type);
  if (name === "at") return (record) => (record.type === "header" ? undefined : record.at);
  return (record) => own(record, name);
}

function own(record: TapeRecord, name: string): Found {
  switch (record.type) {
    case "raw":
      return ofRaw(record, name);
    case "input":
    case "output":
      if (name === "value") return record.value;
      if (name === "machine") return record.machine;
      // An output without a channel has none, whatever its value says.
      if (name === "channel") return record.channel;
      return inside(record.value, name);
    case "unknown":
      return inside(parsed(record.json), name);
    default:
      return inside(record, name);
  }
}

function ofRaw(record: RawRecord, name: string): Found {
  switch (name) {
    case "channel":
      return record.channel;
    case "dir":
      return record.dir;
    case "hex":
      return toHex(record.bytes);
    case "text":
      return utf8.decode(record.bytes);
    case "length":
      return record.bytes.length;
    case "bytes":
      return record.bytes;
    default:
      return undefined;
  }
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

function inside(found: Found | TapeRecord, step: string | number): Found {
  if (typeof found === "string") return step === "length" ? found.length : undefined;
  if (typeof found !== "object" || found === null) return undefined;
  if (found instanceof Uint8Array || isArray(found)) {
    if (typeof step === "number") return found[step];
    return step === "length" ? found.length : undefined;
  }
  // Only what stands on the line: nothing of Object.prototype.
  if (!Object.hasOwn(found, step)) return undefined;
  return Reflect.get(found, step);
}

function isArray(found: object): found is readonly Json[] {
  return Array.isArray(found);
}

/** The last line of unknown type, parsed: several comparisons of one predicate ask for the same. */
let lastJson = "";
let lastParsed: Json = null;

function parsed(json: string): Json {
  if (json !== lastJson) {
    lastParsed = JSON.parse(json);
    lastJson = json;
  }
  return lastParsed;
}
