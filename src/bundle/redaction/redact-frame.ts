import { Buffer } from "node:buffer";
import type { Edit, Frame } from "../../machine/machine.ts";
import type { SubjectRun } from "../../replayer/subject.ts";
import type { OutputRecord } from "../../tape/record.ts";
import type { FieldRules, RuledEdit, Strength } from "./field-rules.ts";
import type { Pseudonyms } from "./pseudonyms.ts";
import { holds, secretEdits, tells, withoutTrailer } from "./secret-leaves.ts";

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
  frame: FrameToRedact,
  strength: Strength,
  tools: FrameTools,
): Promise<RedactedFrame | undefined> {
  const { rewrite } = tools;
  const { record, bytes } = frame;
  const { edits: ruled, kept } = tools.rules.of(record, strength);
  const secrets = frame.secrets.filter(({ bytes: secret }) => tells(secret));
  if (ruled.length === 0 && secrets.length === 0) return { type: "kept" };
  if (rewrite === undefined) return undefined;
  const draft = new Draft(frame, ruled, { ...tools, rewrite });
  const gone: Uint8Array[] = [];
  for (const secret of secrets) if (await draft.hide(secret, kept)) gone.push(secret.bytes);
  const edits = [...draft.edits.values()];
  if (edits.length === 0) return gone.length === 0 ? { type: "kept" } : undefined;
  const said = await rewrite({ bytes, value: record.value }, edits);
  if (said === undefined || gone.some((secret) => holds(said, secret))) return undefined;
  return { type: "rewritten", bytes: said, edits, ruled };
}

/** A frame, and what is to be changed in it so far. */
class Draft {
  /** By their places. */
  readonly edits: Map<string, Edit>;
  readonly #ruled: ReadonlySet<string>;
  readonly #frame: FrameToRedact;
  readonly #tools: FrameTools & { readonly rewrite: NonNullable<SubjectRun["rewrite"]> };

  constructor(
    frame: FrameToRedact,
    ruled: readonly RuledEdit[],
    tools: FrameTools & { readonly rewrite: NonNullable<SubjectRun["rewrite"]> },
  ) {
    this.edits = new Map(ruled.map(({ edit }) => [placeOf(edit), edit]));
    this.#ruled = new Set(this.edits.keys());
    this.#frame = frame;
    this.#tools = tools;
  }

  /** Puts an alias wherever a secret stands, as far as the encoder says it; `false`: a rule keeps it. */
  async hide({ bytes: secret, known }: FoundSecret, kept: readonly string[]): Promise<boolean> {
    for (const part of known ? [secret] : withoutTrailer(secret, this.#frame.bytes)) {
      const { value } = this.#frame.record;
      const places = secretEdits(withEdits(value, this.edits), part, this.#tools.pseudonyms);
      // What a rule keeps stays; not so a value that is known to be secret.
      if (!known && places.some((edit) => kept.includes(placeOf(edit)))) return false;
      if (await this.#take(places)) break;
    }
    return true;
  }

  /** Whether any of these is said now. */
  async #take(edits: readonly Edit[]): Promise<boolean> {
    const { record, bytes } = this.#frame;
    let isSaid = false;
    for (const edit of edits) {
      const place = placeOf(edit);
      const said = this.#ruled.has(place)
        ? undefined
        : await this.#tools.rewrite({ bytes, value: record.value }, [edit]);
      if (said !== undefined && !isSame(said, bytes)) this.edits.set(place, edit);
      isSaid ||= this.edits.has(place);
    }
    return isSaid;
  }
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

export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
