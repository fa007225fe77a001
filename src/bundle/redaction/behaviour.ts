import type { Json } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import { type Path, pathText } from "../../replayer/divergence.ts";
import { feed } from "../../replayer/feed.ts";
import { ReplayRun } from "../../replayer/replay-run.ts";
import { replayTape } from "../../replayer/replay-tape.ts";
import { openTape } from "../../tape/reader.ts";
import type { TapeRecord } from "../../tape/record.ts";
import { seconds } from "../../time/nanos.ts";
import type { ChangeLog } from "./change-log.ts";
import { type FieldPath, isList, isObject, isWithin, parseFieldPath } from "./field-path.ts";
import type { RedactionProfile } from "./profile.ts";
import { maskedText, type Pseudonyms } from "./pseudonyms.ts";
import type { BehaviourDifference, BehaviourVerdict } from "./report.ts";
import type { SeatedSubject } from "./seated-subject.ts";

export interface BehaviourRequest {
  readonly original: string;
  readonly redacted: string;
  readonly subject: SeatedSubject;
  /** Machines whose inputs stand on the tape. */
  readonly recorded: readonly string[];
  readonly changes: ChangeLog;
  readonly profile: RedactionProfile;
  readonly pseudonyms: Pseudonyms;
}

/** What a subject says, one after the other; `failed` when it crashes or hangs, which may be what the tape shows. */
type Said = { readonly type: "said"; readonly record: TapeRecord } | { readonly type: "failed"; readonly code: string };

/** Replays both tapes side by side, in constant memory. */
export async function compareBehaviour(request: BehaviourRequest, signal: AbortSignal): Promise<BehaviourVerdict> {
  const { subject } = request.subject;
  const original = saying(request.original, request, signal);
  const redacted = saying(request.redacted, request, signal);
  const pairs = new Pairs(request);
  try {
    for (;;) {
      const [one, other] = [await original.next(), await redacted.next()];
      const expected = one.done === true ? undefined : one.value;
      const actual = other.done === true ? undefined : other.value;
      if (expected === undefined && actual === undefined) break;
      const difference = pairs.take(expected, actual);
      if (difference !== undefined)
        return { verdict: "different", subject: subject.name, compared: pairs.compared, difference };
    }
  } finally {
    await Promise.all([original.return(undefined), redacted.return(undefined)]);
  }
  return { verdict: "same", subject: subject.name, compared: pairs.compared, follows: [...pairs.follows].toSorted() };
}

async function* saying(
  file: string,
  { subject: { subject, config }, recorded }: BehaviourRequest,
  signal: AbortSignal,
): AsyncGenerator<Said, undefined> {
  await using tape = await openTape(file);
  const fed = feed(tape.batches({ verify: false }), {
    role: subject.role,
    play: "rx",
    time: "recorded",
    drain: seconds(1),
    file,
  });
  try {
    await using run = await ReplayRun.open(
      fed,
      subject,
      { config, channels: [], seed: 0, faults: [], recorded, file },
      signal,
    );
    for await (const { outputs } of replayTape(run, {}, signal))
      for (const record of outputs) yield { type: "said", record };
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError) || !thrown.code.startsWith("SUBJECT_")) throw thrown;
    yield { type: "failed", code: thrown.code };
  }
}

/** Holds what was said to the one tape against what was said to the other. */
class Pairs {
  compared = 0;
  /** Where they may differ because something else does. */
  readonly follows = new Set<string>();
  readonly #request: BehaviourRequest;
  readonly #follows = new Map<string, readonly FieldPath[]>();

  constructor(request: BehaviourRequest) {
    this.#request = request;
    for (const [machine, paths] of Object.entries(request.profile.follows))
      this.#follows.set(
        machine,
        paths.map(parseFieldPath).filter((path) => path !== undefined),
      );
  }

  take(expected: Said | undefined, actual: Said | undefined): BehaviourDifference | undefined {
    if (expected === undefined || actual === undefined) return surplus(expected, actual);
    if (expected.type === "failed" || actual.type === "failed") return failure(expected, actual);
    this.compared += 1;
    return this.#records(expected.record, actual.record);
  }

  #records(expected: TapeRecord, actual: TapeRecord): BehaviourDifference | undefined {
    if (expected.type === "header" || actual.type === "header") return undefined;
    if (expected.type !== actual.type) return different(actual, ["type"]);
    if (expected.at !== actual.at) return different(actual, ["at"]);
    if (expected.type === "raw" && actual.type === "raw") {
      // What a participant sends may be made of what it heard.
      if (expected.channel !== actual.channel || expected.dir !== actual.dir) return different(actual, ["dir"]);
      return expected.bytes.length === actual.bytes.length ? undefined : different(actual, ["length"]);
    }
    if (expected.type !== "output" || actual.type !== "output") return undefined;
    if (expected.machine !== actual.machine) return different(actual, ["machine"]);
    if (expected.channel !== actual.channel) return different(actual, ["channel"]);
    const { machine, channel } = expected;
    const change = this.#request.changes.of(channel, expected.value);
    for (const { path, one, other } of leafDifferences(expected.value, actual.value, [])) {
      if (path[0] === "span" && path.length === 2) {
        if (other === change.span?.[Number(path[1])]) continue;
      } else if (change.paths.some((edited) => isWithin(path, edited))) continue;
      else if (path[0] === "raw" && isFault(expected.value) && sameShape(one, other)) continue;
      else if (this.#mayFollow(machine, path, one, other)) continue;
      return different(actual, ["value", ...path]);
    }
    return undefined;
  }

  #mayFollow(machine: string, path: Path, one: Json | undefined, other: Json | undefined): boolean {
    const declared = this.#follows.get(machine)?.some((allowed) => isWithin(path, allowed)) === true;
    const { pseudonyms } = this.#request;
    const alias =
      (typeof one === "string" && (pseudonyms.text(one) === other || maskedText(one) === other)) ||
      (typeof one === "number" && pseudonyms.number(one) === other);
    if (!declared && !alias) return false;
    this.follows.add(`${machine}: ${pathText(path.map((step) => (typeof step === "number" ? 0 : step)))}`);
    return true;
  }
}

interface LeafDifference {
  readonly path: Path;
  readonly one: Json | undefined;
  readonly other: Json | undefined;
}

/** Where two values differ: the innermost places. */
function* leafDifferences(one: Json | undefined, other: Json | undefined, path: Path): Generator<LeafDifference> {
  if (one === other) return;
  if (isList(one) && isList(other) && one.length === other.length) {
    for (const [index, item] of one.entries()) yield* leafDifferences(item, other[index], [...path, index]);
  } else if (isObject(one) && isObject(other)) {
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)]))
      yield* leafDifferences(own(one, name), own(other, name), [...path, name]);
  } else yield { path, one, other };
}

function own(value: { readonly [name: string]: Json | undefined }, name: string): Json | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function isFault(value: Json): boolean {
  return isObject(value) && value["type"] === "fault";
}

function sameShape(one: Json | undefined, other: Json | undefined): boolean {
  return typeof one === "string" && typeof other === "string" && one.length === other.length;
}

/** Only what stands on the redacted tape is told. */
function different(actual: TapeRecord, path: Path): BehaviourDifference {
  const value = actual.type === "output" ? valueAt(actual.value, path.slice(1)) : undefined;
  const told = value === undefined ? "" : ` is now ${JSON.stringify(value).slice(0, 100)}`;
  return { kind: "different", what: `${pathText(path)}${told}`, ...placeOf(actual), path: pathText(path) };
}

function valueAt(value: Json, path: Path): Json | undefined {
  let found: Json | undefined = value;
  for (const step of path) {
    if (isList(found)) found = typeof step === "number" ? found[step] : undefined;
    else found = isObject(found) && typeof step === "string" ? own(found, step) : undefined;
  }
  return found;
}

function surplus(expected: Said | undefined, actual: Said | undefined): BehaviourDifference {
  const said = expected ?? actual;
  const kind = actual === undefined ? "missing" : "unexpected";
  if (said?.type !== "said") return { kind: "failed", what: "only one of them makes the subject fail", at: 0 };
  const what = kind === "missing" ? "the redacted tape says less" : "the redacted tape says more";
  return { kind, what, ...placeOf(said.record) };
}

function failure(expected: Said, actual: Said): BehaviourDifference | undefined {
  if (expected.type === "failed" && actual.type === "failed" && expected.code === actual.code) return undefined;
  const said = expected.type === "said" ? expected : actual;
  const what = `with the ${expected.type === "failed" ? "original" : "redacted"} tape alone the subject fails here`;
  return { kind: "failed", what, ...(said.type === "said" ? placeOf(said.record) : { at: 0 }) };
}

function placeOf(record: TapeRecord): Pick<BehaviourDifference, "at" | "machine" | "channel"> {
  const at = record.type === "header" ? 0 : record.at;
  const machine = record.type === "output" ? { machine: record.machine } : {};
  const channel = "channel" in record && record.channel !== undefined ? { channel: record.channel } : {};
  return { at, ...machine, ...channel };
}
