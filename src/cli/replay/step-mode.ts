import process from "node:process";
import { FieldtapeError } from "../../errors.ts";
import { Playback } from "../../replayer/playback.ts";
import type { PlaybackView } from "../../replayer/playback-view.ts";
import { KEY_HELP, STEP_HELP, type StepCommand } from "../../replayer/step-command.ts";
import { formatDuration } from "../../time/duration.ts";
import { RATE_MAX, RATE_MIN } from "../../time/playback-anchor.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { failure } from "../failure.ts";
import { plural } from "../plural.ts";
import { ReplayLines } from "../reporters/replay-lines.ts";
import type { ReplayIo } from "./run-replay.ts";
import { cueOf, type Session } from "./session.ts";
import { keysOfCommands, linesOfCommands } from "./step-input.ts";
import { hitWords } from "./words.ts";

/** Lets a person step through a tape: with keys on a terminal, else with commands, a line each, from standard input. */
export async function stepThrough(session: Session, io: ReplayIo): Promise<ExitCode> {
  const { plan, part, deck } = session;
  const options = {
    clock: io.clock,
    rate: plan.rate ?? RATE_MAX,
    rounds: plan.rounds,
    ...(plan.maxGap === undefined ? {} : { maxGap: plan.maxGap }),
    ...(part.from === undefined ? {} : { from: part.from.cue }),
  };
  await using playback = await Playback.open(deck, options, io.signal);
  const keys = process.stdin.isTTY === true;
  const stepping = new Stepping(session, playback, io, keys);
  if (plan.breakpoint !== undefined) await playback.breakAt(plan.breakpoint.predicate);
  if (keys) io.say(KEY_HELP);
  if (plan.look !== "step") await playback.play();
  await stepping.tell();
  for await (const command of keys ? keysOfCommands() : linesOfCommands(io.signal)) {
    io.signal.throwIfAborted();
    if (command instanceof FieldtapeError) io.say(failure(command, false).words);
    else if (command.type === "quit") break;
    else await stepping.carryOut(command);
    if (playback.view.hit !== undefined && plan.breakpoint?.action === "exit") return EXIT.different;
  }
  return playback.view.status === "failed" ? failure(playback.view.failure, false).exit : EXIT.ok;
}

class Stepping {
  readonly #session: Session;
  readonly #playback: Playback;
  readonly #io: ReplayIo;
  /** Whether commands go on being heard while it plays. */
  readonly #keys: boolean;
  readonly #lines: ReplayLines;
  #told: PlaybackView | undefined;
  #learnt = 0;
  #telling = Promise.resolve();

  constructor(session: Session, playback: Playback, io: ReplayIo, keys: boolean) {
    this.#session = session;
    this.#playback = playback;
    this.#io = io;
    this.#keys = keys;
    this.#lines = new ReplayLines(io);
    playback.subscribe(() => {
      if (playback.view.status === "playing") this.#telling = this.#telling.then(() => this.#tellNew());
    });
  }

  async carryOut(command: StepCommand): Promise<void> {
    const playback = this.#playback;
    switch (command.type) {
      case "step":
        for (let left = command.count; left > 0 && playback.view.status !== "ended"; left -= 1) {
          await playback.step();
          await this.#tellNew();
          if (playback.view.hit !== undefined || playback.view.status === "failed") break;
        }
        break;
      case "back":
        for (let left = command.count; left > 0; left -= 1) await playback.stepBack();
        break;
      case "play":
        await this.#play();
        break;
      case "toggle":
        if (playback.view.status === "playing") await playback.pause();
        else await this.#play();
        break;
      case "pause":
        await playback.pause();
        break;
      case "seek":
        await this.#seek(command);
        break;
      case "rate":
        playback.setRate(command.rate);
        break;
      case "faster":
        playback.setRate(Math.min(RATE_MAX, playback.view.rate * 2));
        break;
      case "slower":
        playback.setRate(Math.max(RATE_MIN, playback.view.rate / 2));
        break;
      case "break":
        await playback.breakAt(command.predicate);
        break;
      case "state":
        for (const record of playback.view.states) await this.#io.print(`${this.#lines.line(record)}\n`);
        return;
      case "help":
        this.#io.say(this.#keys ? KEY_HELP : STEP_HELP);
        return;
      case "quit":
        return;
    }
    await this.tell();
  }

  /** What is new, and where it stands now. */
  async tell(): Promise<void> {
    await this.#telling;
    await this.#tellNew();
    const { view } = this.#playback;
    if (view.hit !== undefined) await this.#io.print(`${hitWords(view.hit, this.#session.plan.tape)}\n`);
    if (view.failure !== undefined) this.#io.say(failure(view.failure, false).words);
    const how =
      view.seek === undefined ? "" : `, ${view.seek.type} seek, ${plural(view.seek.replayed, "record")} replayed`;
    this.#io.say(`${view.status}: line ${view.line}, at ${formatDuration(view.at)}${how}`);
  }

  async #play(): Promise<void> {
    await this.#playback.play();
    // Commands from a pipe come one after the other: each finds the one before it done.
    if (!this.#keys) await this.#playback.still();
    else void this.#playback.still().then(() => this.tell());
  }

  async #seek({ position }: { readonly position: Parameters<typeof cueOf>[1] }): Promise<void> {
    try {
      const { cue } = await cueOf(this.#session.plan.tape, position, this.#io.signal);
      await this.#playback.seek(cue);
    } catch (thrown) {
      if (!(thrown instanceof FieldtapeError)) throw thrown;
      this.#io.say(failure(thrown, false).words);
    }
  }

  async #tellNew(): Promise<void> {
    const { view } = this.#playback;
    for (; this.#learnt < view.channels.length; this.#learnt += 1) {
      const channel = view.channels[this.#learnt];
      if (channel !== undefined) this.#lines.learn(channel);
    }
    const before = this.#told;
    this.#told = view;
    // What a seek passed on its way is not told.
    if (view.seek !== undefined) return;
    const since = before === undefined ? 0 : before.happened;
    if (view.happened <= since) return;
    let text = "";
    for (const { type, line, record } of view.recent.slice(since - view.happened))
      text += `${(type === "fed" ? String(line) : "").padStart(8)}  ${this.#lines.line(record)}\n`;
    await this.#io.print(text);
  }
}
