import type { Cluster } from "../../scenarios/differences/cluster.ts";
import type { Decisions } from "../../scenarios/review/decisions.ts";
import type { Prompt } from "./prompt.ts";
import type { Step } from "./screen-store.ts";
import type { TerminalSize } from "./terminal.ts";

/** How deep the reviewer looks: all causes, the cases of one, or the records of its example. */
export type ReviewLevel = "causes" | "cases" | "records";

/** All that the review screen shows. */
export interface ReviewView {
  readonly size: TerminalSize;
  /** Ranked; never empty. */
  readonly clusters: readonly Cluster[];
  readonly decisions: Decisions;
  readonly level: ReviewLevel;
  /** The cause that is looked at, as an index. */
  readonly cause: number;
  /** The line at the top of the cases or the records. */
  readonly top: number;
  readonly prompt: Prompt<"accept" | "reject" | "note"> | undefined;
  /** Decided and not yet written: leaving asks once. */
  readonly leaving: boolean;
  readonly message: { readonly text: string; readonly bad: boolean } | undefined;
  readonly help: boolean;
}

export type ReviewEvent =
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "resized"; readonly size: TerminalSize };

/** What the screen asks of whoever runs it: to write what was decided and end, or to end. */
export type ReviewCommand = { readonly type: "write" | "leave" };

export type ReviewStep = Step<ReviewView, ReviewCommand>;
