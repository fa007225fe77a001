import { crashSite } from "../../replayer/crash-site.ts";
import type { Divergence } from "../../replayer/divergence.ts";
import { divergenceWords } from "../../replayer/divergence-words.ts";
import { Lateness } from "../../replayer/lateness.ts";
import { writeOutTape } from "../../replayer/out-tape.ts";
import type { Pace } from "../../replayer/pace.ts";
import { RepeatCheck } from "../../replayer/repeat-check.ts";
import type { SentCheck } from "../../replayer/sent-check.ts";
import { findWhereabouts, soughtBy, type Whereabouts } from "../../replayer/whereabouts.ts";
import { openTape } from "../../tape/reader.ts";
import type { TapeRecord } from "../../tape/record.ts";
import type { Clock } from "../../time/clock.ts";
import { type Nanos, nanos, ZERO } from "../../time/nanos.ts";
import { PlaybackClock } from "../../time/playback-clock.ts";
import type { Zone } from "../../time/zone.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { EXIT, type ExitCode, worst } from "../exit.ts";
import { VERSION } from "../version.ts";
import { type Against, openAgainst, sentCheckOf } from "./checks.ts";
import type { ReplayPlan } from "./plan.ts";
import { JsonPrinter, type Print, type Printer, TextPrinter } from "./printers.ts";
import { Round } from "./round.ts";
import { identityOf, isFile, type Session } from "./session.ts";
import { Spool } from "./spool.ts";
import { hitWords, summaryWords, unstableWords } from "./words.ts";

/** Where a command's results and words go. */
export interface ReplayIo {
  readonly print: Print;
  readonly say: (text: string) => void;
  readonly color: boolean;
  readonly clock: Clock;
  /** In which a person is shown dates. */
  readonly zone: Zone;
  readonly signal: AbortSignal;
}

/** Plays a tape into a subject as the plan says, and tells what came of it. */
export async function runReplay(session: Session, config: LoadedConfig, io: ReplayIo): Promise<ExitCode> {
  const replay = new Replay(session, config, io);
  const { plan } = session;
  if (plan.twice) return replay.twice();
  const codes: ExitCode[] = [];
  for (let round = 0; round < plan.rounds; round += 1) {
    const code = await replay.once();
    codes.push(code);
    if (code !== EXIT.ok) break;
  }
  return worst(codes);
}

/** Takes what came out of one round, besides showing it; answers whether to go on. */
type Taker = (outputs: readonly TapeRecord[]) => Promise<boolean>;

/** A round that is over. */
interface Played {
  readonly round: Round;
  /** Real time that it took. */
  readonly took: Nanos;
  readonly lateness: Lateness | undefined;
}

class Replay {
  readonly #session: Session;
  readonly #config: LoadedConfig;
  readonly #io: ReplayIo;
  readonly #printer: Printer | undefined;

  constructor(session: Session, config: LoadedConfig, io: ReplayIo) {
    this.#session = session;
    this.#config = config;
    this.#io = io;
    this.#printer = printerOf(session.plan, io);
  }

  /** `keep` takes all that comes out, also after a divergence. */
  async once(keep?: (outputs: readonly TapeRecord[]) => Promise<void>): Promise<ExitCode> {
    const { plan, part, subject } = this.#session;
    if (plan.against === undefined) {
      const played = await this.#play(async (outputs) => {
        await keep?.(outputs);
        return true;
      });
      return this.#verdict(played, undefined);
    }
    await using against = await openAgainst(plan.against, plan, part, subject.subject.role);
    const { comparison } = against;
    const goesOn = this.#writes || keep !== undefined;
    const played = await this.#play(async (outputs) => {
      await keep?.(outputs);
      return (await comparison.take(outputs)) === undefined || goesOn;
    });
    return await this.#verdict(played, against);
  }

  /** The second run is shown to nobody: it only has to say the same. */
  async twice(): Promise<ExitCode> {
    await using spool = await Spool.open();
    const code = await this.once((outputs) => spool.take(outputs));
    await spool.flush();
    await using kept = await openTape(spool.path);
    await using check = new RepeatCheck(kept.batches({ verify: false }));
    await using sent = await this.#sentCheck();
    const second = new Round(this.#session, { pace: undefined, sent, pastDivergence: this.#writes });
    for await (const { outputs } of second.portions(this.#io.signal)) {
      if ((await check.take(outputs)) !== undefined) break;
    }
    const unstable = await check.finish();
    if (unstable === undefined) {
      this.#io.say("played twice, and the same came out");
      return code;
    }
    await this.#tell(unstableWords(unstable));
    return worst([code, EXIT.unstable]);
  }

  /** Whoever writes down what comes out wants all of it, also after a divergence. */
  get #writes(): boolean {
    const { out, json } = this.#session.plan;
    return out !== undefined || json;
  }

  #sentCheck(): Promise<SentCheck | undefined> {
    const { plan, subject } = this.#session;
    if (subject.subject.role === "observer") return Promise.resolve(undefined);
    return sentCheckOf(plan, this.#config, this.#io.signal);
  }

  async #play(taker: Taker): Promise<Played> {
    const { plan, tape, subject } = this.#session;
    const { clock } = this.#io;
    const began = clock.now();
    await using sent = await this.#sentCheck();
    const pace = paceOf(plan, clock);
    const round = new Round(this.#session, { pace, sent, pastDivergence: this.#writes });
    const portions = this.#shown(round, taker);
    try {
      if (plan.out === undefined) for await (const _ of portions);
      else {
        const end = (): { at: Nanos; reason: string } => ({ at: round.at, reason: round.reason ?? "stopped" });
        const { name } = subject.subject;
        const file = { ...plan.out, recorder: VERSION };
        await writeOutTape(file, tape, identityOf(plan, { name, config: subject.config }), { portions, end });
      }
    } catch (thrown) {
      throw await crashSite(this.#session.deck, thrown, this.#io.signal);
    } finally {
      await this.#printer?.flush();
    }
    return { round, took: nanos(clock.now() - began), lateness: pace?.lateness };
  }

  async *#shown(round: Round, taker: Taker): AsyncGenerator<readonly TapeRecord[]> {
    for await (const portion of round.portions(this.#io.signal)) {
      await this.#printer?.take(portion);
      const goOn = await taker(portion.outputs);
      yield portion.records;
      if (!goOn) return;
    }
  }

  async #verdict({ round, took, lateness }: Played, against: Against | undefined): Promise<ExitCode> {
    const { plan, tape, part } = this.#session;
    const { hit, tally, playedTo, seek } = round;
    if (hit !== undefined) await this.#tell(hitWords(hit, plan.tape));
    const whole = hit === undefined;
    const comparison = against?.comparison;
    const diverged = whole ? await comparison?.finish() : comparison?.divergence;
    if (diverged !== undefined) await this.#tellDivergence(diverged, plan.against ?? plan.tape);
    if (round.divergence !== undefined) await this.#tellDivergence(round.divergence, plan.tape);
    const different = diverged !== undefined || round.divergence !== undefined;
    this.#io.say(
      summaryWords({
        tally,
        span: nanos(Math.max(0, playedTo - (part.from?.at ?? 0))),
        took,
        seek,
        lateness: lateness?.figures(),
        compared: comparison?.compared,
        diverged: different,
        facts: tape.facts(),
        whole: whole && part.until === undefined && part.from === undefined,
      }),
    );
    const broken = hit !== undefined && plan.breakpoint?.action === "exit";
    return broken || different ? EXIT.different : EXIT.ok;
  }

  async #tellDivergence(divergence: Divergence, expected: string): Promise<void> {
    const { tape } = this.#session.plan;
    await this.#tell(divergenceWords(divergence, await whereabouts(tape, divergence), { tape, expected }));
  }

  /** A result for people: on stdout, unless that is for programs. */
  async #tell(words: string): Promise<void> {
    if (this.#session.plan.json) this.#io.say(words);
    else await this.#io.print(`${words}\n`);
  }
}

/** Frames and faults are shown where nothing else is asked for; JSON always. */
function printerOf(plan: ReplayPlan, { print, color, zone }: ReplayIo): Printer | undefined {
  const atOnce = plan.rate !== undefined;
  if (plan.json) return new JsonPrinter(print, { atOnce });
  if (plan.against !== undefined || plan.out !== undefined || plan.twice) return undefined;
  return new TextPrinter(print, { atOnce, color, zone });
}

function paceOf({ rate, maxGap }: ReplayPlan, clock: Clock): Pace | undefined {
  if (rate === undefined) return undefined;
  const playback = new PlaybackClock(clock, { at: ZERO, rate, running: true });
  return { clock: playback, lateness: new Lateness(), ...(maxGap === undefined ? {} : { maxGap }) };
}

/** Reads the tape once more; a pipe cannot be. */
async function whereabouts(tape: string, divergence: Divergence): Promise<Whereabouts> {
  if (!(await isFile(tape))) return { line: 0 };
  await using again = await openTape(tape);
  return await findWhereabouts(again.batches({ verify: false }), soughtBy(divergence));
}
