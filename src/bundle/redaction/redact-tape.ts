import { derivedHeader, sourceId } from "../../tape/derive.ts";
import { writeDerivedTape } from "../../tape/derived-tape.ts";
import { openTape } from "../../tape/reader.ts";
import type { EndRecord, TapeRecord } from "../../tape/record.ts";
import { headerOf } from "../../tape/source-header.ts";
import { later, type Nanos, plus, seconds, ZERO } from "../../time/nanos.ts";
import { compareBehaviour } from "./behaviour.ts";
import { ChangeLog } from "./change-log.ts";
import type { ChangedFrame } from "./decide.ts";
import type { Redaction } from "./profile.ts";
import { Pseudonyms } from "./pseudonyms.ts";
import { RecordRedactor, undeclared } from "./record-redactor.ts";
import type { BehaviourVerdict, RedactionReport } from "./report.ts";
import type { SeatedSubject } from "./seated-subject.ts";

export interface TapeRedactionRequest {
  /** The tape, and where the redacted one goes: a tape of its own, with its hashes made anew. */
  readonly tape: string;
  readonly out: string;
  readonly force: boolean;
  readonly redaction: Redaction;
  /**
   * Whose frames the field rules are about: an observer that is a framer alone, and can re-encode its frames. Absent: bytes are looked at as bytes, for
   * secrets only.
   */
  readonly framing?: SeatedSubject;
  /** What both tapes are replayed into, to prove that they behave the same; usually the framing's session. Absent: not compared. */
  readonly subject?: SeatedSubject;
  /** Machines of the subject: what they said on the tape is left out, since a replay says it again. */
  readonly machines: readonly string[];
  /** Hears each name of the site that has an alias, so that texts about it have the same one. */
  readonly onName?: (name: string, alias: string) => void;
}

/** So often frames that failed get other bytes, where the copy behaves differently. */
const TRIES_MAX = 4;

/**
 * Writes a redacted copy of a tape and proves, by replaying both, that it behaves the same. Where it does not, frames that failed are given other bytes again,
 * which the key decides, too; all other aliases stay. The copy is there whatever the verdict: who asked decides.
 *
 * @throws FieldtapeError OUTPUT_EXISTS; USAGE when the profile has field rules for a framer that cannot re-encode; what reading, writing and the
 *   subject throw
 */
export async function redactTape(request: TapeRedactionRequest, signal: AbortSignal): Promise<RedactionReport> {
  for (let tries = 1; ; tries += 1) {
    const force = request.force || tries > 1;
    const report = await redactOnce({ ...request, force }, tries, signal);
    const isLast = tries === TRIES_MAX || report.scrambled === 0;
    if (isLast || report.behaviour.verdict !== "different") return report;
  }
}

async function redactOnce(request: TapeRedactionRequest, tries: number, signal: AbortSignal): Promise<RedactionReport> {
  const { tape, out, force, redaction, framing, machines, subject } = request;
  const changes = new ChangeLog();
  const onChange = (change: ChangedFrame): void => changes.add(change);
  const redactor = await RecordRedactor.open({ redaction, framing, machines, ...WHOLE_TAPE, tries, onChange }, signal);
  const recorded = new Set<string>();
  const records = await writeDerivedTape(out, redacted(request, redactor, recorded, signal), {
    force,
    sources: [tape],
    reason: "redacted",
  });
  for (const [name, alias] of redactor.names) request.onName?.(name, alias);
  const behaviour: BehaviourVerdict =
    subject === undefined
      ? { verdict: "not-compared", why: "no subject was named" }
      : await compareBehaviour(
          {
            original: tape,
            redacted: out,
            subject,
            recorded: [...recorded].toSorted(),
            changes,
            profile: redaction.profile,
            pseudonyms: new Pseudonyms(redaction.key),
          },
          signal,
        );
  return { ...redactor.report(), records: records - 1, tries, behaviour };
}

/** A secret is seen as a whole where so much is known of what comes behind it; a frame of the largest size fits many times. */
const WHOLE_TAPE = { lookahead: 4096, heldMax: 32 * 1024 * 1024 };

async function* redacted(
  { tape: path, redaction }: TapeRedactionRequest,
  redactor: RecordRedactor,
  recorded: Set<string>,
  signal: AbortSignal,
): AsyncGenerator<readonly TapeRecord[]> {
  const source = await headerOf(path);
  const { fingerprint } = new Pseudonyms(redaction.key);
  const options = { profile: redaction.name, key: fingerprint };
  yield await redactor.take([derivedHeader(source, { by: "redact", sources: [sourceId(source)], options })]);
  await using tape = await openTape(path);
  const declared = new Set<number>();
  let end: EndRecord | undefined;
  let lastAt: Nanos = ZERO;
  for await (const { records } of tape.batches({ verify: false, signal })) {
    const taken: TapeRecord[] = [];
    for (const record of records) {
      if (record.type === "header" || record.type === "block") continue;
      end = record.type === "end" ? record : undefined;
      lastAt = later(lastAt, record.at);
      if (record.type === "input") recorded.add(record.machine);
      if (record.type === "end") continue;
      taken.push(...declaring(record, declared), record);
    }
    yield await redactor.take(taken);
  }
  // As long as a replay goes on, so that what is unfinished is known as it will be then.
  const at = later(end?.at ?? ZERO, plus(lastAt, seconds(1)));
  yield await redactor.end({ type: "end", at, records: 0, reason: end?.reason ?? "redacted" });
  if (end !== undefined) yield [end];
}

/** A fragment of a tape may use channels that nobody declared; a tape must declare them. */
function declaring(record: TapeRecord, declared: Set<number>): readonly TapeRecord[] {
  if (!("channel" in record) || record.channel === undefined || declared.has(record.channel)) return [];
  const { at, channel } = record;
  declared.add(channel);
  return record.type === "channel" ? [] : [{ ...undeclared(channel), at }];
}
