import type { Edit, Frame } from "../../machine/machine.ts";
import type { SubjectRun } from "../../replayer/subject.ts";
import type { OutputRecord } from "../../tape/record.ts";
import type { FieldRules, RuledEdit, Strength } from "./field-rules.ts";
import type { Pseudonyms } from "./pseudonyms.ts";
import { holds, secretEdits, tells } from "./secret-leaves.ts";

export interface FrameToRedact {
  readonly record: OutputRecord & { readonly value: Frame };
  /** The bytes of its span. */
  readonly bytes: Uint8Array;
  /** Secrets in it, or the parts of them that are in it. */
  readonly secrets: readonly FoundSecret[];
}

export interface FoundSecret {
  readonly bytes: Uint8Array;
  /** A known value, not one that only looks like a secret: no rule keeps it. */
  readonly known: boolean;
}

/** `refused`: no frame says that; its bytes have to give way as a whole. */
export type RedactedFrame =
  | { readonly type: "kept" }
  | {
      readonly type: "rewritten";
      readonly bytes: Uint8Array;
      readonly edits: readonly Edit[];
      readonly ruled: readonly RuledEdit[];
    }
  | { readonly type: "refused" };

export interface FrameTools {
  readonly rules: FieldRules;
  readonly pseudonyms: Pseudonyms;
  /** Absent: frames cannot be encoded, and those with secrets in them give way. */
  readonly rewrite: SubjectRun["rewrite"] | undefined;
}

/**
 * A frame with aliases for the fields that the rules name and for the secrets in it, through its own encoder; where no frame says an alias, zeros and `x` are
 * tried.
 */
export async function redactFrame(frame: FrameToRedact, tools: FrameTools): Promise<RedactedFrame> {
  for (const strength of ["alias", "mask"] as const) {
    const redacted = await attempt(frame, strength, tools);
    if (redacted !== undefined) return redacted;
  }
  return { type: "refused" };
}

async function attempt(
  { record, bytes, secrets: found }: FrameToRedact,
  strength: Strength,
  { rules, pseudonyms, rewrite }: FrameTools,
): Promise<RedactedFrame | undefined> {
  const { edits: ruled, kept } = rules.of(record, strength);
  const secrets = found.filter(({ bytes: secret }) => tells(secret));
  if (ruled.length === 0 && secrets.length === 0) return { type: "kept" };
  if (rewrite === undefined) return undefined;
  const onWire = { bytes, value: record.value };
  const edits = new Map(ruled.map(({ edit }) => [placeOf(edit), edit]));
  const ruledPlaces = new Set(edits.keys());
  const gone: Uint8Array[] = [];
  for (const { bytes: secret, known } of secrets) {
    const places = secretEdits(withEdits(record.value, edits), secret, pseudonyms);
    // What a rule keeps stays; not so a value that is known to be secret.
    if (!known && places.some((edit) => kept.includes(placeOf(edit)))) continue;
    gone.push(secret);
    for (const edit of places) {
      if (ruledPlaces.has(placeOf(edit))) continue;
      const said = await rewrite(onWire, [edit]);
      if (said !== undefined && !isSame(said, bytes)) edits.set(placeOf(edit), edit);
    }
  }
  if (edits.size === 0) return gone.length === 0 ? { type: "kept" } : undefined;
  const all = [...edits.values()];
  const said = await rewrite(onWire, all);
  if (said === undefined || gone.some((secret) => holds(said, secret))) return undefined;
  return { type: "rewritten", bytes: said, edits: all, ruled };
}

function placeOf({ path }: Edit): string {
  return JSON.stringify(path);
}

/** The value as the edits so far leave it, so that two secrets in one field are both replaced. */
function withEdits(value: Frame, edits: ReadonlyMap<string, Edit>): Frame {
  if (edits.size === 0) return value;
  const copy = structuredClone(value);
  for (const { path, value: edited } of edits.values()) put(copy, path, edited);
  return copy;
}

function put(whole: object, path: Edit["path"], value: Edit["value"]): void {
  const last = path.at(-1);
  let place: unknown = whole;
  for (const step of path.slice(0, -1))
    place = typeof place === "object" && place !== null ? Reflect.get(place, step) : undefined;
  if (typeof place === "object" && place !== null && last !== undefined) Reflect.set(place, last, value);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
