import { FieldtapeError } from "../../errors.ts";
import type { Divergence } from "../../replayer/divergence.ts";
import { divergenceWords } from "../../replayer/divergence-words.ts";
import { feed } from "../../replayer/feed.ts";
import { Lateness } from "../../replayer/lateness.ts";
import { writeOutTape } from "../../replayer/out-tape.ts";
import type { Pace } from "../../replayer/pace.ts";
import type { CheckedStep } from "../../replayer/replay-tape.ts";
import type { SentCheck } from "../../replayer/sent-check.ts";
import type { WirePort } from "../../replayer/wire-port.ts";
import { replayToWire } from "../../replayer/wire-replay.ts";
import { openTape, type TapeReader } from "../../tape/reader.ts";
import type { RecordBatch, TapeRecord } from "../../tape/record.ts";
import { type Nanos, nanos, ZERO } from "../../time/nanos.ts";
import { PlaybackClock } from "../../time/playback-clock.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { VERSION } from "../version.ts";
import { sentCheckOf } from "./checks.ts";
import { GoldenBytes } from "./golden-bytes.ts";
import type { ReplayPlan, WireTarget } from "./plan.ts";
import { JsonPrinter, type Printer, TextPrinter } from "./printers.ts";
import type { ReplayIo } from "./run-replay.ts";
import { feedOf, identityOf, type Part, partOf } from "./session.ts";
import { openSpawnPort, type SpawnPort } from "./spawn/spawn-port.ts";
import { Tally } from "./tally.ts";
import { openWirePort } from "./wire-ports.ts";
import { summaryWords } from "./words.ts";

/** Plays a tape's bytes to a live program on a clock, and tells how late they were and what came back. */
export async function runWire(
  plan: ReplayPlan,
  target: WireTarget,
  config: LoadedConfig,
  io: ReplayIo,
): Promise<ExitCode> {
  await using tape = await openTape(plan.tape);
  const part = await partOf(plan, io.signal);
  await using sent = await sentCheckOf(plan, config, io.signal);
  const tolerance = plan.tolerance === undefined ? {} : { tolerance: plan.tolerance };
  await using golden = plan.against === undefined ? undefined : await GoldenBytes.open(plan.against, tolerance);
  const conversation = new Conversation(plan, part, io, { tape, target, sent, golden });
  const began = io.clock.now();
  const failure = await failureOf(conversation.play());
  const { divergence, golden: fromGolden, pace, tally, playedTo } = conversation;
  if (divergence !== undefined) {
    const names = { tape: plan.tape, expected: fromGolden ? (plan.against ?? plan.tape) : plan.tape };
    const words = divergenceWords(divergence, { line: conversation.line }, names);
    if (plan.json) io.say(words);
    else await io.print(`${words}\n`);
  }
  if (failure !== undefined) throw failure.thrown;
  io.say(
    summaryWords({
      tally,
      span: nanos(Math.max(0, playedTo - (part.from?.at ?? 0))),
      took: nanos(io.clock.now() - began),
      seek: undefined,
      lateness: pace.lateness.figures(),
      compared: undefined,
      diverged: divergence !== undefined,
      facts: tape.facts(),
      whole: part.from === undefined && part.until === undefined && divergence === undefined,
    }),
  );
  return divergence === undefined ? EXIT.ok : EXIT.different;
}

/** What was found until then is told first. */
async function failureOf(work: Promise<void>): Promise<{ readonly thrown: unknown } | undefined> {
  try {
    await work;
    return undefined;
  } catch (thrown) {
    return { thrown };
  }
}

/** In nanoseconds: what runs on behind the last record must not make a tape longer than one can be. */
const DRAIN_MAX = 1e15;

interface Ends {
  readonly tape: TapeReader;
  readonly target: WireTarget;
  readonly sent: SentCheck | undefined;
  readonly golden: GoldenBytes | undefined;
}

/** What is said to a live program and what it answers. */
class Conversation {
  readonly tally = new Tally();
  readonly pace: Pace;
  divergence: Divergence | undefined;
  /** Whether it is the golden that it left. */
  golden = false;
  at: Nanos = ZERO;
  /** Tape time of what was played last. */
  playedTo: Nanos = ZERO;
  /** Line of what was played last. */
  line = 0;
  readonly #plan: ReplayPlan;
  readonly #part: Part;
  readonly #io: ReplayIo;
  readonly #ends: Ends;
  readonly #printer: Printer | undefined;
  readonly #clock: PlaybackClock;

  constructor(plan: ReplayPlan, part: Part, io: ReplayIo, ends: Ends) {
    const { rate = 1, maxGap } = plan;
    this.#plan = plan;
    this.#part = part;
    this.#io = io;
    this.#ends = ends;
    this.#clock = new PlaybackClock(io.clock, { at: part.from?.at ?? ZERO, rate, running: true });
    this.pace = { clock: this.#clock, lateness: new Lateness(), ...(maxGap === undefined ? {} : { maxGap }) };
    this.#printer = plan.json
      ? new JsonPrinter(io.print, { atOnce: true })
      : plan.out === undefined
        ? new TextPrinter(io.print, { atOnce: true, color: io.color, zone: io.zone })
        : undefined;
  }

  async play(): Promise<void> {
    const { out } = this.#plan;
    const portions = this.#portions();
    if (out === undefined) {
      for await (const _ of portions);
      return;
    }
    const identity = { ...identityOf(this.#plan, { name: "live program", config: null }), rate: this.#clock.rate };
    const end = (): { at: Nanos; reason: string } => ({ at: this.at, reason: "replayed" });
    await writeOutTape({ ...out, recorder: VERSION }, this.#ends.tape, identity, { portions, end });
  }

  async *#portions(): AsyncGenerator<readonly TapeRecord[]> {
    const { file, fed } = this.#feed();
    const { target, sent } = this.#ends;
    const { policy } = this.#plan;
    const port = await this.#openPort(target);
    const signal = "died" in port ? AbortSignal.any([this.#io.signal, port.died]) : this.#io.signal;
    const options = {
      pace: this.pace,
      steady: this.#io.clock,
      file,
      ...(sent === undefined ? {} : { sent }),
      ...(policy.type === "wait" ? { waitMost: policy.patience } : {}),
      ...(this.#part.from === undefined ? {} : { from: this.#part.from.at }),
    };
    try {
      for await (const step of replayToWire(fed, port, options, signal)) {
        yield await this.#take(step);
        if (this.divergence !== undefined && this.#plan.out === undefined && !this.#plan.json) return;
      }
    } catch (thrown) {
      throw this.#placed(thrown, file);
    }
    if (this.#part.until !== undefined || this.divergence !== undefined) return;
    this.divergence = await sent?.finish();
    if (this.divergence !== undefined) return;
    this.divergence = await this.#ends.golden?.finish();
    this.golden = this.divergence !== undefined;
  }

  #openPort(target: WireTarget): Promise<WirePort | SpawnPort> {
    const { clock: steady, say, signal } = this.#io;
    if (target.type !== "spawn") return openWirePort(target, this.#clock, say);
    const from = this.#part.from?.at ?? ZERO;
    const { rate } = this.#clock;
    return openSpawnPort(target, { tape: this.#ends.tape, from, rate, clock: this.#clock, steady, signal, say });
  }

  /** A program that died while nothing was being sent: the last record that it heard is named. */
  #placed(thrown: unknown, file: string): unknown {
    if (!(thrown instanceof FieldtapeError) || thrown.code !== "SUBJECT_CRASHED") return thrown;
    if (thrown.line !== undefined || this.line === 0) return thrown;
    const { code, message, hint, cause } = thrown;
    const said = `${message} after this record had been sent`;
    return new FieldtapeError(code, said, { cause, file, line: this.line, ...(hint === undefined ? {} : { hint }) });
  }

  #feed(): { file: string; fed: ReturnType<typeof feed> } {
    const { tape } = this.#ends;
    const batches = this.#part.from === undefined ? tape.batches() : since(tape.batches(), this.#part.from);
    const part = feedOf(this.#plan, this.#part);
    // The program's time, at whatever speed: its last answer takes as long as it takes.
    const drain = nanos(Math.min(Math.round(part.drain * this.#clock.rate), DRAIN_MAX));
    const options = { ...part, drain, role: "participant", file: tape.path } as const;
    return { file: tape.path, fed: feed(batches, options) };
  }

  async #take(step: CheckedStep): Promise<readonly TapeRecord[]> {
    this.line = step.lines.at(-1) ?? this.line;
    this.tally.fed += step.fed.length;
    for (const record of step.fed) if (record.type !== "end") this.playedTo = record.at;
    for (const record of step.fed) if (record.type === "raw") this.tally.played += record.bytes.length;
    this.tally.take(step.outputs);
    const channels = step.fed.filter((record) => record.type === "channel");
    // Played a little late, a channel may come after an answer that was stamped after its own time.
    const declared = channels.map((channel) => ({ ...channel, at: this.at }));
    const records = channels.length === 0 ? step.outputs : [...declared, ...step.outputs];
    this.at = nanos(Math.max(this.at, step.at));
    await this.#printer?.take({ records, outputs: step.outputs });
    const left = await this.#ends.golden?.take(step.outputs, step.at);
    this.golden ||= step.divergence === undefined && this.divergence === undefined && left !== undefined;
    this.divergence ??= step.divergence ?? left;
    return records;
  }
}

/** What comes before is left out, but the channels that it declares. */
async function* since(
  batches: AsyncIterable<RecordBatch>,
  { at, cue }: NonNullable<Part["from"]>,
): AsyncGenerator<RecordBatch> {
  for await (const { firstLine, records } of batches) {
    for (const [index, record] of records.entries()) {
      const line = firstLine + index;
      const early = record.type !== "header" && (record.at < at || line < (cue.line ?? line));
      if (!early || record.type === "channel") yield { firstLine: line, records: [record] };
    }
  }
}
