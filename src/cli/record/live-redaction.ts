import { RecordRedactor } from "../../bundle/redaction/record-redactor.ts";
import type { JsonObject } from "../../bytes/json.ts";
import { assert } from "../../errors.ts";
import type { Arrival } from "../../link/arrival.ts";
import type { ArrivalRedaction } from "../../recorder/arrival-redaction.ts";
import type { TapeRecord } from "../../tape/record.ts";
import { type Nanos, nanos, plus, seconds } from "../../time/nanos.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { parseOptionsFlag } from "../options-flag.ts";
import { namedRedaction } from "../secrets/named-redaction.ts";
import { redactionSubject } from "../secrets/redaction-subject.ts";
import type { RecordingPlan } from "./plan.ts";

/** So long a read is held at most, so that it is known what stands in it. */
const HELD = seconds(1);
/** Beyond so many bytes the oldest are given up earlier. */
const HELD_MAX = 8 * 1024 * 1024;
/** Where frames are not known, a secret that is cut by two reads is seen as a whole within so many bytes. */
const LOOKAHEAD = 512;

/** What redacts while recording, and what is to be said about it. */
export interface LiveRedaction {
  readonly arrivals: ArrivalRedaction;
  readonly words: readonly string[];
  /** Members of the header's `meta` that may stay. */
  readonly headerMembers: readonly string[];
}

/** @throws FieldtapeError USAGE for a profile that is not known, or rules that the framer cannot apply; those of the subject */
export async function liveRedaction(
  { redact, decode }: RecordingPlan,
  loaded: LoadedConfig,
): Promise<LiveRedaction | undefined> {
  if (redact === undefined) return undefined;
  const redaction = await namedRedaction(redact, loaded);
  const options = decode?.options === undefined ? undefined : await parseOptionsFlag(decode.options);
  const seats =
    decode === undefined
      ? undefined
      : await redactionSubject({ name: decode.subject, options, framer: redaction.profile.framer }, loaded);
  const framing = seats?.framing;
  const redactor = await RecordRedactor.open(
    {
      redaction,
      framing,
      machines: seats?.machines ?? [],
      lookahead: framing === undefined ? LOOKAHEAD : 0,
      heldMax: HELD_MAX,
    },
    new AbortController().signal,
  );
  const { headerMembers } = redaction.profile.metadata;
  return { arrivals: arrivalsOf(redactor), words: wordsOf(redact, framing?.subject.name), headerMembers };
}

/** The members of a header that may stay. */
export function keptMembers(meta: JsonObject, { headerMembers }: LiveRedaction): JsonObject {
  return Object.fromEntries(Object.entries(meta).filter(([name]) => headerMembers.includes(name)));
}

function arrivalsOf(redactor: RecordRedactor): ArrivalRedaction {
  return {
    get heldFrom() {
      return redactor.heldFrom;
    },
    get deadline() {
      const { heldFrom, deadline } = redactor;
      const overdue = heldFrom === undefined ? Number.POSITIVE_INFINITY : plus(heldFrom, HELD);
      const next = Math.min(overdue, deadline ?? Number.POSITIVE_INFINITY);
      return next === Number.POSITIVE_INFINITY ? undefined : nanos(next);
    },
    take: async (arrivals) => (await redactor.take(arrivals)).map(arrivalOf),
    elapse: async (until) => (await redactor.elapse(until, overdueAt(until))).map(arrivalOf),
    end: async (at) => (await redactor.end({ type: "end", at, records: 0, reason: "stop" })).map(arrivalOf),
  };
}

/** What was held since then has to go on. */
function overdueAt(now: Nanos): Nanos {
  return now < HELD ? nanos(-1) : nanos(now - HELD);
}

/** What goes in as arrivals comes out as such. */
function arrivalOf(record: TapeRecord): Arrival {
  switch (record.type) {
    case "channel":
    case "link":
    case "raw":
    case "mark":
    case "wall":
      return record;
    case "input":
    case "output":
      return { ...record, size: JSON.stringify(record.value).length };
    case "gap": {
      const { channel, dir } = record;
      assert(channel !== undefined && dir !== undefined, "a gap of a recording says where it is");
      return { ...record, channel, dir };
    }
    default:
      assert(false, `${record.type} is nothing that arrives`);
  }
}

function wordsOf(profile: string, framer: string | undefined): readonly string[] {
  const held = "reads are held for up to a second until it is known what stands in them";
  if (framer !== undefined) return [`redacted with ${profile} by the frames of ${framer}: ${held}`];
  return [
    `redacted with ${profile}, secrets only: ${held}`,
    "  rules for fields are NOT applied: --decode SUBJECT tells where the fields are",
  ];
}
