import { spawn } from "node:child_process";
import process from "node:process";
import { FieldtapeError } from "../../errors.ts";

export interface CommandRun {
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the command's failure means for the release. */
  readonly hint?: string;
  /** Whether what it prints on stdout is wanted; otherwise it goes to stderr, with the rest of what it says. */
  readonly capture?: boolean;
}

/** What a command may print that is asked for its output. */
const OUTPUT_MAX = 64 * 1024 * 1024;
const SAID_MAX = 2_000;

/**
 * Runs a program with its arguments, without a shell.
 *
 * @returns what it printed, if that was wanted
 * @throws FieldtapeError OUTPUT_FAILED when it cannot be started or does not end with 0, LIMIT_EXCEEDED; the signal's reason
 */
export async function runCommand(command: readonly string[], run: CommandRun): Promise<string> {
  const { folder, signal, env = {}, capture = false } = run;
  const [program = "", ...args] = command;
  signal.throwIfAborted();
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...ownEnvironment(), ...env },
    stdio: capture ? ["ignore", "pipe", "pipe"] : ["ignore", 2, 2],
    signal,
  });
  let [text, said] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
    if (text.length > OUTPUT_MAX) child.kill();
  });
  child.stderr?.setEncoding("utf8").on("data", (piece: string) => {
    said = (said + piece).slice(-SAID_MAX);
  });
  const ended = await new Promise<{ readonly code: number | null } | { readonly cause: unknown }>((resolve) => {
    child.once("error", (cause) => resolve({ cause })).once("close", (code) => resolve({ code }));
  });
  signal.throwIfAborted();
  if (text.length > OUTPUT_MAX) throw new FieldtapeError("LIMIT_EXCEEDED", `${program} printed more than 64 MiB`);
  if ("code" in ended && ended.code === 0) return text;
  throw failure(command, { ...ended, said, hint: run.hint });
}

interface Failure {
  readonly code?: number | null;
  readonly cause?: unknown;
  readonly said: string;
  readonly hint: string | undefined;
}

function failure(command: readonly string[], { code, cause, said, hint }: Failure): FieldtapeError {
  const shown = command.slice(0, 6).join(" ") + (command.length > 6 ? " …" : "");
  const how = cause === undefined ? `ended with ${code ?? "a signal"}` : "cannot be run";
  const words = said.trim() === "" ? "" : `\n    ${said.trim().replaceAll("\n", "\n    ")}`;
  return new FieldtapeError("OUTPUT_FAILED", `${shown} ${how}${words}`, {
    ...(cause === undefined ? {} : { cause }),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Ours, without what an npm or a git that runs us has set for itself, and without what only we may know. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const names = Object.keys(process.env).filter((name) => !FOREIGN.test(name));
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

const FOREIGN =
  /^(npm_|INIT_CWD$|FIELDTAPE_(KEY_PASSPHRASE|REDACTION_KEY|REDIS_PASSWORD|UPLOAD_TOKEN|SUPPORT_IDENTITY)$|GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX)$)/i;

/** A command with what it asks for in the place of each `{name}`; a name that there is not stays as it is. */
export function filled(command: readonly string[], values: Readonly<Record<string, string>>): readonly string[] {
  return command.map((part) => part.replace(/\{([a-z]+)\}/g, (whole, name: string) => values[name] ?? whole));
}
