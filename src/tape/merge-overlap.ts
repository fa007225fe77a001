import type { JsonObject } from "../bytes/json.ts";
import { FieldtapeError } from "../errors.ts";
import { sourceId } from "./derive.ts";
import type { HeaderRecord } from "./record.ts";

interface Source {
  readonly path: string;
  readonly header: HeaderRecord;
}

/** The lines of a tape that a cut of it holds: from the first, up to but not including the second. */
interface Part {
  readonly path: string;
  readonly of: string;
  readonly from: number;
  readonly until: number;
  readonly channels: readonly string[] | undefined;
}

/**
 * Lines that two parts of one tape share would stand in the merged tape twice, and their bytes with them.
 *
 * @throws FieldtapeError USAGE naming the two parts and the lines
 */
export function refuseOverlap(sources: readonly Source[]): void {
  const parts = sources.flatMap(partsOf);
  for (const [index, part] of parts.entries()) {
    for (const other of parts.slice(index + 1)) {
      const from = Math.max(part.from, other.from);
      const until = Math.min(part.until, other.until);
      if (part.of !== other.of || from >= until || !shareChannels(part, other)) continue;
      const lines = until === Number.POSITIVE_INFINITY ? `from line ${from} on` : `lines ${from} to ${until - 1}`;
      throw new FieldtapeError("USAGE", `${part.path} and ${other.path} both hold ${lines} of one tape`, {
        hint: "what they share would be there twice: cut one of them again, so that it begins where the other ends",
      });
    }
  }
}

/** Each tape is all of itself; a cut is a part of another one too. */
function partsOf({ path, header }: Source): readonly Part[] {
  const whole = { path, of: sourceId(header), from: 1, until: Number.POSITIVE_INFINITY, channels: undefined };
  const { derived } = header.meta;
  if (!isObject(derived) || derived["by"] !== "cut" || !Array.isArray(derived["sources"])) return [whole];
  const [of] = derived["sources"];
  const { options } = derived;
  if (typeof of !== "string" || !isObject(options)) return [whole];
  const { fromLine, untilLine, channels } = options;
  return [
    whole,
    {
      path,
      of,
      from: typeof fromLine === "number" ? fromLine : 1,
      until: typeof untilLine === "number" ? untilLine : Number.POSITIVE_INFINITY,
      channels: Array.isArray(channels) ? channels.map(String) : undefined,
    },
  ];
}

/** Channels are known here as they were named, by number or name; a part of all of them shares some with every other. */
function shareChannels({ channels }: Part, { channels: others }: Part): boolean {
  return channels === undefined || others === undefined || channels.some((channel) => others.includes(channel));
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
