import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { onTestFinished } from "vitest";

const PROGRAM = resolve(import.meta.dirname, "../../bin/run.js");

/** A real terminal of its own (tmux) that runs one command of the built program. */
export interface TestTerminal {
  screen(): string;
  /** Names of keys as tmux has them: `m`, `Space`, `Home`, `C-c`. */
  press(...keys: readonly string[]): void;
  type(text: string): void;
  resize(columns: number, rows: number): void;
  /** Resolves with the screen when it matches. */
  shows(pattern: RegExp): Promise<string>;
  /** Process id of the program in it. */
  readonly pid: number;
}

/** Starts `fieldtape …`; when it has ended the terminal shows `exit <code>`. It is gone when the test is over. */
export function openTestTerminal(
  folder: string,
  args: readonly string[],
  options: { readonly columns?: number; readonly rows?: number; readonly env?: readonly string[] } = {},
): TestTerminal {
  const socket = join(folder, "terminal");
  const { columns = 80, rows = 24, env = [] } = options;
  const tmux = (...words: readonly string[]): string =>
    execFileSync("tmux", ["-S", socket, "-f", "/dev/null", ...words], { encoding: "utf8", env: plainEnvironment() });
  const command = ["env", ...env, process.execPath, PROGRAM, ...args].map(quoted).join(" ");
  const shell = `${command} & echo $! > pid; fg >/dev/null; echo exit $?; read -r _`;
  tmux("new-session", "-d", "-x", String(columns), "-y", String(rows), "-c", folder, "bash", "-mc", shell);
  onTestFinished(() => {
    tmux("kill-server");
  });
  const screen = (): string => tmux("capture-pane", "-p");
  return {
    screen,
    press: (...keys) => void tmux("send-keys", ...keys),
    type: (text) => void tmux("send-keys", "-l", text),
    resize: (width, height) => void tmux("resize-window", "-x", String(width), "-y", String(height)),
    async shows(pattern) {
      for (let tries = 0; tries < 600; tries += 1) {
        const text = screen();
        if (pattern.test(text)) return text;
        await setTimeout(50);
      }
      throw new Error(`never showed ${pattern}:\n${screen()}`);
    },
    get pid() {
      return Number(execFileSync("cat", [join(folder, "pid")], { encoding: "utf8" }));
    },
  };
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Screens are not drawn where `CI` is set, and not coloured under `NO_COLOR`: a test says so itself. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { CI: _, CONTINUOUS_INTEGRATION: __, NO_COLOR: ___, TMUX: ____, ...env } = process.env;
  return { ...env, TERM: "xterm-256color", LC_ALL: "C.UTF-8" };
}
