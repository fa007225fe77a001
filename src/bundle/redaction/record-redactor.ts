import { FieldtapeError } from "../../errors.ts";
import type { SubjectRun } from "../../replayer/subject.ts";
import type { ChannelRecord, EndRecord, GapRecord, LinkRecord, RawRecord, TapeRecord } from "../../tape/record.ts";
import { type Nanos, nanos, ZERO } from "../../time/nanos.ts";
import { type ChangedFrame, Decider } from "./decide.ts";
import { FaultRedactor } from "./fault-redactor.ts";
import { isFramed } from "./framed.ts";
import { Lane } from "./lane.ts";
import { MetadataRedactor } from "./metadata-redactor.ts";
import type { Redaction } from "./profile.ts";
import { RedactionTally } from "./redaction-tally.ts";
import type { RedactionReport } from "./report.ts";
import type { SeatedSubject } from "./seated-subject.ts";
import type { Hit } from "./secret-scanner.ts";
import { TextRedactor } from "./text-redactor.ts";

/** So many bytes before what is decided are looked back at: a secret may have begun there. */
const CONTEXT = 256;
/** As long as a secret goes on (a private key, say), it is all looked back at, up to so much. */
const CONTEXT_MAX = 16_384;
/** One record held costs so much besides its bytes, roughly. */
const COST = 128;

export interface RecordRedactorOptions {
  readonly redaction: Redaction;
  readonly framing: SeatedSubject | undefined;
  readonly machines: readonly string[];
  /** So many bytes have to come behind those that are decided, so that a secret is seen as a whole. */
  readonly lookahead: number;
  /** Beyond so many bytes what is not decided yet is given up: replaced as a whole, where it may hold fields. */
  readonly heldMax: number;
  /** The how manieth try it is: each gives frames that failed other bytes. Absent: the first. */
  readonly tries?: number;
  readonly onChange?: (change: ChangedFrame) => void;
}

interface Held {
  readonly record: TapeRecord;
  readonly lane: Lane | undefined;
  /** Where its bytes begin in the lane, and end. */
  readonly start: number;
  readonly end: number;
}

/**
 * Takes the records of a tape or of a recording in order and gives them on redacted, in the same order and with the same times; a read is held until it is
 * known what stands in it. Memory is bounded by `heldMax`.
 */
export class RecordRedactor {
  readonly #options: RecordRedactorOptions;
  readonly #text: TextRedactor;
  readonly #metadata: MetadataRedactor;
  readonly #tally = new RedactionTally();
  readonly #decider: Decider;
  readonly #run: SubjectRun | undefined;
  readonly #signal: AbortSignal;
  readonly #lanes = new Map<string, Lane>();
  readonly #channels = new Map<number, ChannelRecord>();
  #held: Held[] = [];
  #weight = 0;
  #deadline: Nanos | undefined;

  private constructor(options: RecordRedactorOptions, run: SubjectRun | undefined, signal: AbortSignal) {
    const { redaction, framing, machines, tries = 1 } = options;
    const { fields, faults, metadata } = redaction.profile;
    this.#options = options;
    this.#run = run;
    this.#signal = signal;
    this.#text = new TextRedactor(redaction);
    this.#metadata = new MetadataRedactor(metadata, machines, this.#text);
    this.#decider = new Decider({
      fields,
      machines,
      faults,
      text: this.#text,
      tally: this.#tally,
      framing:
        run === undefined || framing === undefined
          ? undefined
          : { run, faults: new FaultRedactor(framing, this.#text.pseudonyms.ofTry(tries)) },
      onChange: options.onChange ?? (() => {}),
      signal,
    });
  }

  /** @throws FieldtapeError USAGE when there are rules for the framer's fields and it cannot encode its frames; what the subject throws when it is opened */
  static async open(options: RecordRedactorOptions, signal: AbortSignal): Promise<RecordRedactor> {
    const { framing, redaction, machines } = options;
    if (framing === undefined) return new RecordRedactor(options, undefined, signal);
    const run = await framing.subject.open({ config: framing.config, channels: [], seed: 0, faults: [] });
    const ruled = machines.find((machine) => (redaction.profile.fields[machine] ?? []).length > 0);
    if (run.rewrite === undefined && ruled !== undefined) {
      await run[Symbol.asyncDispose]();
      throw new FieldtapeError(
        "USAGE",
        `${framing.subject.name} cannot encode its frames, and the profile has rules for its fields`,
        {
          hint: "leave the rules out, so that whole frames with secrets in them are replaced, or redact with the framer that it stands on",
        },
      );
    }
    return new RecordRedactor(options, run, signal);
  }

  /** `at` of the first record that is held back: nothing earlier will come out any more. */
  get heldFrom(): Nanos | undefined {
    const record = this.#held[0]?.record;
    return record === undefined || record.type === "header" ? undefined : record.at;
  }

  /** When the framer wants to hear that time has passed. */
  get deadline(): Nanos | undefined {
    return this.#deadline;
  }

  /** Takes records and gives on what is decided by now. */
  async take(records: readonly TapeRecord[]): Promise<readonly TapeRecord[]> {
    const last = records.at(-1);
    if (last === undefined) return [];
    for (const record of records) this.#hold(record);
    const until = last.type === "header" ? ZERO : nanos(Math.max(0, last.at - 1));
    return this.#advance(records, until);
  }

  /** Nothing more will come that is not later than `until`. What has been held since `overdue` is given on, decided or not. */
  async elapse(until: Nanos, overdue: Nanos): Promise<readonly TapeRecord[]> {
    const given = [...(await this.#advance([], until))];
    while (this.heldFrom !== undefined && this.heldFrom <= overdue) given.push(...(await this.#press()));
    return given;
  }

  /** The tape ends: what is unfinished is decided now. The end itself is not among what is given on. */
  async end(end: EndRecord): Promise<readonly TapeRecord[]> {
    for (const lane of this.#lanes.values()) lane.flush();
    const given = await this.#advance([end], end.at);
    await this.#run?.[Symbol.asyncDispose]();
    return given;
  }

  /** Names of the site that have aliases, and these. */
  get names(): ReadonlyMap<string, string> {
    return this.#metadata.names;
  }

  report(): Omit<RedactionReport, "behaviour" | "records" | "tries"> {
    const { redaction, framing } = this.#options;
    for (const [name, count] of this.#text.found) this.#tally.secret(name, count);
    this.#text.found.clear();
    return {
      profile: redaction.name,
      key: this.#text.pseudonyms.fingerprint,
      ...(framing === undefined ? {} : { framer: framing.subject.name }),
      ...this.#tally.report(),
      aliased: this.#metadata.aliased,
      dropped: [...this.#metadata.dropped]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([type, count]) => ({ type, count })),
    };
  }

  #hold(record: TapeRecord): void {
    let held: Held = { record, lane: undefined, start: 0, end: 0 };
    if (record.type === "raw") {
      const lane = this.#lane(record.channel, record.dir);
      held = { record, lane, start: lane.end, end: lane.end + record.bytes.length };
      lane.append(record);
      if (this.#channels.get(record.channel)?.kind === "datagram") lane.flush();
    } else if (record.type === "channel") this.#channels.set(record.channel, record);
    else if (record.type === "gap" || (record.type === "link" && record.event !== "open")) this.#flush(record);
    this.#held.push(held);
    this.#weight += COST + held.end - held.start;
  }

  #flush({ channel, dir }: GapRecord | LinkRecord): void {
    for (const lane of this.#lanes.values())
      if ((channel ?? lane.channel) === lane.channel && (dir ?? lane.dir) === lane.dir) lane.flush();
  }

  #lane(channel: number, dir: RawRecord["dir"]): Lane {
    const name = `${channel}/${dir}`;
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = new Lane(channel, dir);
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  async #advance(records: readonly TapeRecord[], until: Nanos): Promise<readonly TapeRecord[]> {
    if (this.#run !== undefined) {
      const { outputs, deadline } = await this.#run.advance(records, until, this.#signal);
      this.#deadline = deadline;
      for (const output of outputs) if (isFramed(output)) this.#lane(output.channel, output.value.dir).say(output);
    }
    for (const lane of this.#lanes.values())
      if (lane.decidedTo < lane.end) await this.#decide(lane, this.#target(lane, this.#options.lookahead));
    const given = [...this.#release()];
    while (this.#weight > this.#options.heldMax) given.push(...(await this.#press()));
    return given;
  }

  /** What stands first in the way is decided with what is known of it. */
  async #press(): Promise<readonly TapeRecord[]> {
    const [first] = this.#held;
    if (first?.lane === undefined) return this.#release();
    const { lane, end } = first;
    await this.#decide(lane, this.#target(lane, 0));
    if (lane.decidedTo < end) {
      lane.tear(end);
      await this.#decide(lane, end, true);
    }
    return this.#release();
  }

  /** How far a lane can be decided. */
  #target(lane: Lane, lookahead: number): number {
    const framed = this.#run !== undefined;
    const known = framed ? Math.max(lane.saidTo, lane.flushedTo) : lane.end;
    if (lookahead === 0 || lane.flushedTo >= known) return known;
    const behind = lane.end - lookahead;
    if (framed) return Math.max(lane.boundary(behind), Math.min(lane.flushedTo, known));
    const line = lane.bytes(lane.decidedTo, lane.end).lastIndexOf(0x0a) + 1 + lane.decidedTo;
    return Math.max(lane.decidedTo, behind, line, lane.flushedTo);
  }

  async #decide(lane: Lane, wanted: number, now = false): Promise<void> {
    if (wanted <= lane.decidedTo) return;
    const { heldFrom } = lane;
    const found = this.#text.scanner
      .find(lane.bytes(heldFrom, lane.end))
      .map((hit) => ({ ...hit, start: hit.start + heldFrom, end: hit.end + heldFrom }));
    const to = this.#run === undefined && !now && lane.flushedTo < lane.end ? beforeHit(found, wanted, lane) : wanted;
    if (to <= lane.decidedTo) return;
    const from = lane.decidedTo;
    const hits = found.filter(({ start, end }) => end > from && start < to);
    for (const { name, start } of hits) if (start >= from) this.#tally.secret(name);
    const channel = this.#channels.get(lane.channel) ?? undeclared(lane.channel);
    for (const piece of lane.pieces(to)) {
      const [start, length] = piece.span;
      const inside = clipped(hits, start, start + length);
      lane.note(await this.#decider.change(piece, inside, lane, channel));
    }
    const open = hits.find(({ end }) => end >= to);
    lane.decide(to, open === undefined ? CONTEXT : Math.min(CONTEXT_MAX, to - open.start + CONTEXT));
  }

  #release(): readonly TapeRecord[] {
    const given: TapeRecord[] = [];
    let count = 0;
    for (const { record, lane, start, end } of this.#held) {
      if (lane !== undefined && lane.decidedTo < end) break;
      count += 1;
      this.#weight -= COST + end - start;
      if (record.type === "raw" && lane !== undefined) {
        given.push(...lane.redacted(record, start, this.#channels.get(record.channel)?.kind !== "datagram"));
      } else {
        const kept = this.#metadata.redact(record);
        if (kept !== undefined) given.push(kept);
      }
    }
    if (count > 0) this.#held = this.#held.slice(count);
    return given;
  }
}

/** A secret that reaches over the place, or may go on behind what came, is not cut while there is time. */
function beforeHit(hits: readonly Hit[], wanted: number, lane: Lane): number {
  const over = hits.find(({ start, end }) => start < wanted && (end > wanted || end === lane.end));
  return over === undefined ? wanted : Math.max(lane.decidedTo, over.start);
}

function clipped(hits: readonly Hit[], from: number, to: number): readonly Hit[] {
  return hits
    .filter(({ start, end }) => end > from && start < to)
    .map(({ start, end, name }) => ({ name, start: Math.max(start, from), end: Math.min(end, to) }));
}

/** The channel that a tape means which does not declare it. */
export function undeclared(channel: number): ChannelRecord {
  return { type: "channel", at: ZERO, channel, name: `channel ${channel}`, kind: "stream", source: "", settings: {} };
}
