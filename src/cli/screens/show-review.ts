import type { Cluster } from "../../scenarios/differences/cluster.ts";
import type { Decisions } from "../../scenarios/review/decisions.ts";
import type { Clock } from "../../time/clock.ts";
import { prepareInk } from "./prepare-ink.ts";
import { reduceReview } from "./review-reducer.ts";
import type { ReviewCommand, ReviewEvent, ReviewView } from "./review-view.ts";
import { ScreenStore } from "./screen-store.ts";
import { openTerminal, sizeOf } from "./terminal.ts";

export interface ShowReviewOptions {
  readonly clock: Clock;
  /** Decided and noted before, perhaps on another day. */
  readonly decisions: Decisions;
  /** Aborted when the user wants it to end. */
  readonly signal: AbortSignal;
}

/**
 * Lets a person decide cause by cause on a screen.
 *
 * @returns what is to be written; `undefined`: the review was left
 * @throws FieldtapeError USAGE without a terminal
 */
export async function showReview(
  clusters: readonly Cluster[],
  { clock, decisions, signal }: ShowReviewOptions,
): Promise<Decisions | undefined> {
  const terminal = openTerminal();
  prepareInk();
  const [{ openScreen }, { ReviewScreen }] = await Promise.all([
    import("./open-screen.tsx"),
    import("./review-screen.tsx"),
  ]);
  let end: (command: ReviewCommand) => void = () => {};
  const over = new Promise<ReviewCommand>((resolve) => {
    end = resolve;
  });
  using store = new ScreenStore<ReviewView, ReviewEvent, ReviewCommand>({
    initial: beginReview(clusters, decisions, sizeOf(terminal.stdout)),
    reduce: reduceReview,
    carryOut: end,
    clock,
  });
  const leave = (): void => end({ type: "leave" });
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  let last: ReviewCommand;
  {
    await using _screen = openScreen(terminal, {
      screen: ReviewScreen,
      subscribe: store.subscribe,
      shown: store.shown,
      onKey: (key) => store.dispatch({ type: "key", key }),
      onResize: (size) => store.dispatch({ type: "resized", size }),
    });
    last = await over;
  }
  signal.removeEventListener("abort", leave);
  return last.type === "write" ? store.state.decisions : undefined;
}

function beginReview(clusters: readonly Cluster[], decisions: Decisions, size: ReviewView["size"]): ReviewView {
  return {
    size,
    clusters,
    decisions,
    level: "causes",
    cause: 0,
    top: 0,
    prompt: undefined,
    leaving: false,
    message: undefined,
    help: false,
  };
}
