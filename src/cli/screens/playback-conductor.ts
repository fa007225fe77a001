import { FieldtapeError, unreachable } from "../../errors.ts";
import type { Cue } from "../../replayer/deck.ts";
import type { Playback } from "../../replayer/playback.ts";
import type { PlaybackEvent } from "../../replayer/playback-view.ts";
import { parsePosition } from "../../tape/position.ts";
import { targetOf } from "../../tape/position-target.ts";
import { compilePredicate } from "../../tape/predicate.ts";
import { openTape } from "../../tape/reader.ts";
import { parseDuration } from "../../time/duration.ts";
import { nanos } from "../../time/nanos.ts";
import type { PlaybackCommand, PlaybackScreenEvent } from "./playback-events.ts";
import { added } from "./wire-offsets.ts";

export interface PlaybackConductorOptions {
  readonly playback: Playback;
  readonly path: string;
  dispatch(event: PlaybackScreenEvent): void;
  /** Aborted when the screen is left. */
  readonly over: AbortController;
}

/** Does with a playback what its screen asks for. What a person typed wrong is told on the screen. */
export class PlaybackConductor {
  readonly #options: PlaybackConductorOptions;
  #counting: AbortController | undefined;

  constructor(options: PlaybackConductorOptions) {
    this.#options = options;
  }

  carryOut(command: PlaybackCommand): void {
    this.#obey(command).catch((thrown: unknown) => {
      if (this.#options.over.signal.aborted) return;
      this.#options.dispatch({ type: "told", text: textOf(thrown), bad: true });
    });
  }

  async #obey(command: PlaybackCommand): Promise<void> {
    const { playback, over } = this.#options;
    switch (command.type) {
      case "play":
        return playback.play();
      case "pause":
        return playback.pause();
      case "step":
        return playback.step();
      case "step-back":
        return playback.stepBack();
      case "leave":
        return over.abort();
      case "rate":
        return playback.setRate(command.rate);
      case "seek":
        return this.#seek(command.cue, command.play);
      case "go":
        return this.#seek(await this.#cueOf(command.text), command.play);
      case "break":
        return this.#breakAt(command);
      case "count":
        return this.#count(command.before);
      default:
        return unreachable(command);
    }
  }

  async #seek(cue: Cue, play: boolean): Promise<void> {
    await this.#options.playback.seek(cue);
    if (play) await this.#options.playback.play();
  }

  /** `+1s` and `-1s` are meant from where it stands. */
  async #cueOf(text: string): Promise<Cue> {
    const { playback, path, over } = this.#options;
    const { at } = playback.view;
    if (text.startsWith("-")) return { at: nanos(Math.max(0, at - parseDuration(text.slice(1)))) };
    const target = await targetOf(path, parsePosition(text), { base: at, signal: over.signal });
    return target.type === "at" ? { at: target.at } : { line: target.line };
  }

  async #breakAt({ text, play, noted }: Extract<PlaybackCommand, { type: "break" }>): Promise<void> {
    const { playback, dispatch } = this.#options;
    await playback.breakAt(text === undefined ? undefined : compilePredicate(text));
    if (noted) dispatch({ type: "broken-at", text });
    if (play) await playback.play();
  }

  /** Reads the tape once more up to this event: as on a tape that is long, another place may be wanted before it is over. */
  async #count(before: PlaybackEvent): Promise<void> {
    const { path, dispatch, over } = this.#options;
    this.#counting?.abort();
    this.#counting = new AbortController();
    const signal = AbortSignal.any([this.#counting.signal, over.signal]);
    try {
      dispatch({ type: "counted", offsets: { before, bytes: await bytesBefore(path, before, signal) } });
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
    }
  }
}

async function bytesBefore(
  path: string,
  { type, line }: PlaybackEvent,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  // What was said on a line was said after its record.
  const until = type === "fed" ? line : line + 1;
  let bytes: ReadonlyMap<string, number> = new Map();
  await using tape = await openTape(path);
  for await (const { firstLine, records } of tape.batches({ verify: false, signal })) {
    const passed = records.slice(0, Math.max(0, until - firstLine));
    bytes = added(
      bytes,
      passed.map((record) => ({ type: "fed", record })),
    );
    if (firstLine + records.length >= until) break;
  }
  return bytes;
}

function textOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const [first = ""] = thrown.message.split("\n");
  return thrown instanceof FieldtapeError && thrown.hint !== undefined ? `${first}: ${thrown.hint}` : first;
}
