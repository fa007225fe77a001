import type { Json } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import { isSaid, type Said } from "../../replayer/divergence.ts";
import { feed } from "../../replayer/feed.ts";
import { ReplayRun } from "../../replayer/replay-run.ts";
import { replayTape } from "../../replayer/replay-tape.ts";
import { checkRelations, type PlayedCase } from "../../scenarios/relations/check-relations.ts";
import { RELATIONS, type RelationName } from "../../scenarios/relations/schema.ts";
import type { Rechunking } from "../../tape/rechunk.ts";
import type { RecordBatch } from "../../tape/record.ts";
import { seconds } from "../../time/nanos.ts";
import type { ResolvedSubject } from "../subjects.ts";

/** Whether a law holds, on how many tapes it was tried, and why it does not. */
export interface Law {
  readonly law: string;
  readonly result: "ok" | "failed" | "not tried";
  readonly why?: string;
  /** The subject crashed or hung: that is more than a law that is broken. */
  readonly fatal?: true;
}

/** A tape to try a subject on. */
export interface TriedTape {
  readonly name: string;
  readonly batches: () => AsyncIterable<RecordBatch>;
}

/** What a person reads of each law, in the order in which they are tried. */
export const LAW_WORDS: Readonly<Record<RelationName | "plays" | "time" | "places", string>> = {
  plays: "it plays to the end, within its limits",
  time: "what it says never goes back in time",
  places: "its frames go forward on the wire and never overlap",
  "re-chunk": "however reads are cut, it says the same",
  twice: "the same input gives the same answers",
  "pause-resume": "deadlines lie ahead, and pauses change nothing",
  "warm-seek": "from a snapshot it goes on as if nothing had happened",
  "round-trip": "what is written to a tape and read again gives the same",
};

/**
 * Plays a tape into the subject and holds every law against it.
 *
 * @throws FieldtapeError what reading the tape throws
 */
export async function tryLaws(subject: ResolvedSubject, tape: TriedTape, signal: AbortSignal): Promise<readonly Law[]> {
  const played = await play(subject, tape, signal);
  if ("result" in played) return [played];
  const laws: Law[] = [
    { law: "plays", result: "ok" },
    lawOf("time", tape, timeGoesBack(played.straight)),
    lawOf("places", tape, overlap(played.straight)),
  ];
  for (const relation of RELATIONS) laws.push(await tryRelation(relation, played, { subject, tape, signal }));
  return laws;
}

async function play(
  { subject, config }: ResolvedSubject,
  tape: TriedTape,
  signal: AbortSignal,
): Promise<PlayedCase | Law> {
  const options = { role: subject.role, play: "rx", time: "recorded", drain: seconds(1), file: tape.name } as const;
  const fed = (rechunking?: Rechunking) =>
    feed(tape.batches(), { ...options, ...(rechunking === undefined ? {} : { rechunking }) });
  const seat = { subject, options: { config, channels: [], seed: 1, faults: [], file: tape.name } };
  const straight: Said[] = [];
  try {
    await using run = await ReplayRun.open(fed(), subject, seat.options, signal);
    for await (const step of replayTape(run, {}, signal)) straight.push(...step.outputs.filter(isSaid));
  } catch (thrown) {
    return fatal("plays", tape, thrown);
  }
  return { name: tape.name, straight, seat, seed: 1, feed: fed, without: {} };
}

async function tryRelation(
  relation: RelationName,
  played: PlayedCase,
  { subject, tape, signal }: { subject: ResolvedSubject; tape: TriedTape; signal: AbortSignal },
): Promise<Law> {
  if (relation === "warm-seek" && !(await hasSnapshots(subject)))
    return { law: relation, result: "not tried", why: "it makes no snapshots: a seek starts from the beginning" };
  const others = RELATIONS.filter((other) => other !== relation).map((other) => [other, "another law"]);
  try {
    const broken = await checkRelations({ ...played, without: Object.fromEntries(others) }, signal);
    return lawOf(relation, tape, broken?.words);
  } catch (thrown) {
    return fatal(relation, tape, thrown);
  }
}

async function hasSnapshots({ subject, config }: ResolvedSubject): Promise<boolean> {
  await using run = await subject.open({ config, channels: [], seed: 1, faults: [] });
  return run.snapshot !== undefined;
}

function lawOf(law: string, { name }: TriedTape, broken: string | undefined): Law {
  return broken === undefined ? { law, result: "ok" } : { law, result: "failed", why: `${name}: ${broken}` };
}

function fatal(law: string, { name }: TriedTape, thrown: unknown): Law {
  if (!(thrown instanceof FieldtapeError) || !(thrown.code === "SUBJECT_CRASHED" || thrown.code === "SUBJECT_HUNG"))
    throw thrown;
  const hint = thrown.hint === undefined ? "" : `\n${thrown.hint}`;
  return { law, result: "failed", why: `${name}: ${thrown.message}${hint}`, fatal: true };
}

function timeGoesBack(said: readonly Said[]): string | undefined {
  const index = said.findIndex(({ at }, place) => at < (said[place - 1]?.at ?? 0));
  return index < 0
    ? undefined
    : `answer ${index + 1} is at ${said[index]?.at} ns, the one before it at ${said[index - 1]?.at} ns`;
}

/** Of each machine, channel and direction, what has a span. */
function overlap(said: readonly Said[]): string | undefined {
  const ends = new Map<string, number>();
  for (const record of said) {
    if (record.type !== "output") continue;
    const place = placeOf(record.value);
    if (place === undefined) continue;
    const wire = `${record.machine} ${record.channel} ${place.dir}`;
    const end = ends.get(wire) ?? 0;
    if (place.start < end)
      return `at ${record.at} ns it says bytes from ${place.start} on, having said those up to ${end}`;
    ends.set(wire, place.start + place.length);
  }
  return undefined;
}

function placeOf(value: Json): { readonly dir: string; readonly start: number; readonly length: number } | undefined {
  if (typeof value !== "object" || value === null || !("span" in value) || !("dir" in value)) return undefined;
  const { span, dir } = value;
  if (!Array.isArray(span)) return undefined;
  const [start, length]: readonly unknown[] = span;
  return typeof start === "number" && typeof length === "number" ? { dir: String(dir), start, length } : undefined;
}
