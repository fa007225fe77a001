import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../time/clock.ts";
import { reportCrash } from "../crash-report.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import type { RunLog } from "../log/run-log.ts";
import { requireTerminal } from "../screens/terminal.ts";
import { type RecorderProcess, startRecorder } from "./recorder-process.ts";
import { RESTARTS_MAX, RestartBudget } from "./restart-budget.ts";
import { endWords, type ProcessEnd, type RecorderEnd, type ToScreen } from "./screen-link.ts";
import { type ScreenProcess, startScreen } from "./screen-process.ts";
import { TerminalMode } from "./terminal-mode.ts";

export interface SuperviseOptions {
  /** `record tcp …`, as the user gave it, without `--ui`. */
  readonly command: readonly string[];
  readonly argv: readonly string[];
  /** The tape: a recorder that is started again goes on with it. */
  readonly tape: string;
  /** Whether the user has named it. */
  readonly tapeNamed: boolean;
  /** Path of the control socket that the user asked for. */
  readonly control: string | undefined;
  readonly clock: Clock;
  /** Aborted when the user wants it to stop. */
  readonly interrupted: AbortSignal;
  readonly log: RunLog;
  say(text: string): void;
}

/**
 * Records in one process and shows it in another, and starts again whichever dies: the screen also when it does not answer, the
 * recorder with the tape that it was writing. Five deaths within a minute are too many (ADR 0027).
 *
 * @returns the recorder's exit code
 * @throws FieldtapeError USAGE without a terminal
 */
export async function superviseRecording(options: SuperviseOptions): Promise<ExitCode> {
  requireTerminal();
  const supervisor = new Supervisor(options);
  const stop = (): void => supervisor.stop(true);
  options.interrupted.addEventListener("abort", stop);
  try {
    return await supervisor.run();
  } finally {
    options.interrupted.removeEventListener("abort", stop);
  }
}

class Supervisor {
  readonly #options: SuperviseOptions;
  readonly #terminal = new TerminalMode();
  readonly #folder = mkdtempSync(join(tmpdir(), "fieldtape-"));
  readonly #control: string;
  readonly #log: string;
  #recorder: RecorderProcess;
  #recorderNow: ToScreen;
  #screen: ScreenProcess;
  #end: RecorderEnd | undefined;
  #stopping = false;

  constructor(options: SuperviseOptions) {
    this.#options = options;
    this.#control = options.control ?? join(this.#folder, "control");
    this.#log = join(this.#folder, "recorder.log");
    this.#recorder = this.#startRecorder("first");
    this.#recorderNow = this.#told(0);
    this.#screen = this.#startScreen();
  }

  async run(): Promise<ExitCode> {
    const recording = this.#keepRecording();
    const how = await this.#keepShowing();
    if (how === "ended") return this.#tellEnd(await recording);
    this.#recorder.letGo();
    const { pid } = this.#recorder;
    this.#options.say(`recording goes on as process ${pid}: kill -INT ${pid} stops it, kill -USR2 puts a mark`);
    return how === "detached" ? EXIT.ok : EXIT.bug;
  }

  /** It is to end, and nothing is started again; `signal`: it has not been told yet. */
  stop(signal: boolean): void {
    this.#stopping = true;
    if (signal) this.#recorder.signal("SIGINT");
  }

  /** Until it has ended for good. */
  async #keepRecording(): Promise<RecorderEnd> {
    const budget = new RestartBudget();
    for (let restarts = 1; ; restarts += 1) {
      const end = await this.#recorder.ended;
      const died = isDeath(end) && !this.#stopping;
      if (died) this.#report("recorder", end, end.words);
      if (!died || !budget.take(this.#options.clock.now())) return this.#over(died ? wornOut(end) : end);
      this.#recorder = this.#startRecorder("again");
      this.#recorderNow = this.#told(restarts, endWords(end));
      this.#screen.tell(this.#recorderNow);
    }
  }

  /** Until somebody has left it, or it has died too often. */
  async #keepShowing(): Promise<"ended" | "detached" | "worn-out"> {
    const budget = new RestartBudget();
    for (;;) {
      const outcome = await this.#screen.ended;
      if (outcome.type === "left") return outcome.detached ? "detached" : "ended";
      this.#terminal.restore();
      if (this.#end !== undefined || this.#stopping) return "ended";
      this.#report("screen", outcome, [outcome.why]);
      if (!budget.take(this.#options.clock.now())) {
        this.#options.say(`error: the screen ${outcome.why}, ${RESTARTS_MAX + 1} times within a minute`);
        return "worn-out";
      }
      this.#screen = this.#startScreen();
    }
  }

  #over(end: RecorderEnd): RecorderEnd {
    this.#end = end;
    this.#screen.tell({ type: "ended", end });
    return end;
  }

  #startRecorder(when: "first" | "again"): RecorderProcess {
    const { command, argv, tape, tapeNamed, control } = this.#options;
    const steered = control === undefined ? ["--control", `unix:${this.#control}`] : [];
    const named = tapeNamed ? [] : ["--output", tape];
    const own = when === "first" ? argv : argv.filter((word) => word !== "--force" && word !== "--continue");
    const goingOn = when === "first" ? [] : ["--continue"];
    return startRecorder({ words: [...command, ...steered, ...named, ...goingOn, ...own], log: this.#log });
  }

  #startScreen(): ScreenProcess {
    const screen = startScreen(this.#options.clock, (signal) => this.stop(signal));
    screen.tell(this.#recorderNow);
    if (this.#end !== undefined) screen.tell({ type: "ended", end: this.#end });
    return screen;
  }

  #told(restarts: number, died?: string): ToScreen {
    const { pid } = this.#recorder;
    const told = { type: "recorder", pid, control: this.#control, log: this.#log, restarts } as const;
    return died === undefined ? told : { ...told, died };
  }

  #report(part: "recorder" | "screen", { code, signal }: ProcessEnd, words: readonly string[]): void {
    const thrown = `the ${part} ${endWords({ code, signal })}`;
    this.#options.log.error(thrown, { tape: this.#options.tape });
    reportCrash({ part, thrown, where: this.#options.tape, ended: { code, signal }, lastWords: words.join("\n") });
  }

  #tellEnd({ code, signal, words }: RecorderEnd): ExitCode {
    const { say } = this.#options;
    for (const one of words) say(one);
    if (signal !== null) say(`error: the recorder was killed by ${signal}; what it recorded until then is on the tape`);
    rmSync(this.#folder, { recursive: true, force: true });
    return Object.values(EXIT).find((known) => known === code) ?? EXIT.outside;
  }
}

/** Neither its own decision nor anybody's wish: killed, a bug, or whatever ends Node itself. */
function isDeath({ code, signal }: ProcessEnd): boolean {
  return signal !== null || code === EXIT.bug || !Object.values(EXIT).some((known) => known === code);
}

function wornOut(end: RecorderEnd): RecorderEnd {
  const often = `it has died ${RESTARTS_MAX + 1} times within a minute and is not started again`;
  return { ...end, words: [...end.words, often] };
}
