import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import process from "node:process";

const FORMER_SCREEN = "\u001b[?1049l\u001b[?25h\u001b[0m";

/** How the terminal was set before a screen took it: a screen that was killed has not given it back. */
export class TerminalMode {
  readonly #saved: string | undefined;

  constructor() {
    this.#saved = stty("-g");
  }

  /** As it was, the cursor shown, on the screen before. */
  restore(): void {
    process.stdout.write(FORMER_SCREEN);
    if (this.#saved !== undefined) stty(this.#saved);
  }
}

/** Node sets a terminal back to what it found when it began; only `stty` knows what another process left. */
function stty(word: string): string | undefined {
  let terminal: number;
  try {
    terminal = openSync("/dev/tty", "r+");
  } catch {
    return undefined;
  }
  const { status, stdout } = spawnSync("stty", [word], { stdio: [terminal, "pipe", "ignore"], encoding: "utf8" });
  closeSync(terminal);
  return status === 0 ? stdout.trim() : undefined;
}
