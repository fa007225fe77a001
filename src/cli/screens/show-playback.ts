import { FieldtapeError } from "../../errors.ts";
import { Playback } from "../../replayer/playback.ts";
import { TapeIndex } from "../../tape/tape-index.ts";
import type { Clock } from "../../time/clock.ts";
import { parseIso } from "../../time/iso.ts";
import { nanos, ZERO } from "../../time/nanos.ts";
import type { Zone } from "../../time/zone.ts";
import { EXIT, EXIT_OF_ERROR, type ExitCode } from "../exit.ts";
import type { Session } from "../replay/session.ts";
import { PlaybackConductor } from "./playback-conductor.ts";
import type { PlaybackCommand, PlaybackScreenEvent } from "./playback-events.ts";
import { reducePlayback } from "./playback-reducer.ts";
import type { PlaybackScreenView, TapeOverview } from "./playback-view.ts";
import { prepareInk } from "./prepare-ink.ts";
import { ScreenStore } from "./screen-store.ts";
import { openTerminal, sizeOf, type Terminal } from "./terminal.ts";

export interface ShowPlaybackOptions {
  readonly clock: Clock;
  /** In which dates are shown. */
  readonly zone: Zone;
  /** Aborted when the user wants it to end. */
  readonly signal: AbortSignal;
}

/**
 * Plays a tape on a screen until it is left.
 *
 * @throws FieldtapeError USAGE without a terminal; what opening the subject throws
 */
export async function showPlayback(session: Session, { clock, zone, signal }: ShowPlaybackOptions): Promise<ExitCode> {
  const terminal = openTerminal();
  prepareInk();
  const [{ openScreen }, { PlaybackScreen }, playback] = await Promise.all([
    import("./open-screen.tsx"),
    import("./playback-screen.tsx"),
    openPlayback(session, clock, signal),
  ]);
  await using _playback = playback;
  const over = new AbortController();
  const store = storeOf(session, playback, { clock, zone, over, terminal });
  const unsubscribe = playback.subscribe(() => store.touch());
  const leave = (): void => over.abort();
  signal.addEventListener("abort", leave);
  {
    await using _screen = openScreen(terminal, {
      screen: PlaybackScreen,
      subscribe: store.subscribe,
      shown: store.shown,
      onKey: (key) => store.dispatch({ type: "key", key }),
      onResize: (size) => store.dispatch({ type: "resized", size }),
    });
    void survey(session.plan.tape, over.signal, (event) => store.dispatch(event));
    await aborted(over.signal);
  }
  signal.removeEventListener("abort", leave);
  unsubscribe();
  store[Symbol.dispose]();
  return exitOf(playback);
}

function openPlayback({ deck, plan, part }: Session, clock: Clock, signal: AbortSignal): Promise<Playback> {
  return Playback.open(
    deck,
    {
      clock,
      rate: plan.rate ?? 1,
      ...(plan.maxGap === undefined ? {} : { maxGap: plan.maxGap }),
      ...(part.from === undefined ? {} : { from: part.from.cue }),
    },
    signal,
  );
}

function storeOf(
  { plan, tape, subject, part }: Session,
  playback: Playback,
  around: { readonly clock: Clock; readonly zone: Zone; readonly over: AbortController; readonly terminal: Terminal },
): ScreenStore<PlaybackScreenView, PlaybackScreenEvent, PlaybackCommand> {
  const { clock, zone, over, terminal } = around;
  const view = playback.view;
  const store = new ScreenStore<PlaybackScreenView, PlaybackScreenEvent, PlaybackCommand>({
    initial: {
      size: sizeOf(terminal.stdout),
      path: plan.tape,
      subject: subject.subject.name,
      started: tape.header === undefined ? undefined : parseIso(tape.header.started),
      zone,
      home: part.from?.cue ?? { at: ZERO },
      playback: view,
      overview: undefined,
      offsets: undefined,
      counting: undefined,
      prompt: undefined,
      breakpoint: undefined,
      rounds: plan.rounds,
      playing: false,
      message: undefined,
      help: false,
    },
    reduce: reducePlayback,
    carryOut: (command) => conductor.carryOut(command),
    refresh: () => [{ type: "moved", playback: playback.view }],
    clock,
  });
  const dispatch = (event: PlaybackScreenEvent): void => store.dispatch(event);
  const conductor = new PlaybackConductor({ playback, path: plan.tape, dispatch, over });
  if (plan.breakpoint !== undefined)
    conductor.carryOut({ type: "break", text: plan.breakpoint.text, play: false, noted: true });
  store.touch();
  return store;
}

/** Takes a while on a long tape; the screen is there meanwhile. */
async function survey(
  path: string,
  signal: AbortSignal,
  dispatch: (event: PlaybackScreenEvent) => void,
): Promise<void> {
  try {
    const { survey: found, marks, anchors } = await TapeIndex.open(path, signal);
    const overview: TapeOverview = {
      lastAt: found.lastAt ?? ZERO,
      gaps: found.gaps.first,
      marks: marks.map(([, at, label]) => ({ at: nanos(at), label })),
      anchors,
    };
    dispatch({ type: "surveyed", overview });
  } catch (thrown) {
    if (!signal.aborted)
      dispatch({ type: "told", text: thrown instanceof Error ? thrown.message : String(thrown), bad: true });
  }
}

function exitOf({ view }: Playback): ExitCode {
  const { status, failure } = view;
  if (status !== "failed") return EXIT.ok;
  return failure instanceof FieldtapeError ? EXIT_OF_ERROR[failure.code] : EXIT.bug;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
