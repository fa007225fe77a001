import process from "node:process";
import { FieldtapeError } from "../errors.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

export interface Interruption extends Disposable {
  /** Aborted by the first SIGINT or SIGTERM, with a FieldtapeError ABORTED as reason. */
  readonly signal: AbortSignal;
}

/**
 * Lets a command close what is open when it is interrupted. A second signal ends the process at once: whoever presses
 * Ctrl-C twice is not interested in manners.
 */
export function onInterruption(): Interruption {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new FieldtapeError("ABORTED", "aborted"));
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of SIGNALS) process.off(name, interrupt);
    },
  };
}
