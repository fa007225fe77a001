import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { get as getSecure } from "node:https";
import { join } from "node:path";
import process from "node:process";
import { systemCode } from "../../errors.ts";
import type { Clock } from "../../time/clock.ts";
import { millis, type Nanos, plus, seconds, ZERO } from "../../time/nanos.ts";
import { isRunning, type ProcessName, processName } from "../lock/process-name.ts";

/** How the application of a device is started and asked for its health. */
export interface ApplicationPlan {
  /** Program and arguments, run in the version's own folder. Absent: somebody else starts it. */
  readonly launch?: readonly string[];
  readonly health?: HealthProbe;
  /** How long it may take to go when it is told to. */
  readonly exitTimeout: Nanos;
}

export type HealthProbe =
  /** Ends with exit 0; run in the version's own folder. */
  | { readonly type: "command"; readonly command: readonly string[] }
  /** Answers with 2xx. */
  | { readonly type: "url"; readonly url: string }
  /** Still runs after this time. */
  | { readonly type: "alive"; readonly span: Nanos };

export interface Health {
  readonly healthy: boolean;
  readonly reason?: string;
}

/** Which process it is; the start time tells it from another one that got its number later. */
const PROCESS_FILE = "application.json";
const LOG_FILE = "application.log";
const POLL = millis(100);
const PROBE_EVERY = millis(500);
/** A killed process that the system cannot end (it waits for a broken disk) keeps nobody from coming back. */
const KILLED_WITHIN = seconds(10);

/** The application that is being updated, as a process of this machine. */
export class Application {
  private readonly root: string;
  private readonly plan: ApplicationPlan;
  private readonly clock: Clock;
  private readonly waitFor: ProcessName | undefined;
  private child: ChildProcess | undefined;
  /** The process that was told to go. */
  private told: number | undefined;

  /** `waitFor`: a process that ends by itself, and is not told to. */
  constructor(root: string, plan: ApplicationPlan, { clock, waitFor }: { clock: Clock; waitFor?: number | undefined }) {
    this.root = root;
    this.plan = plan;
    this.clock = clock;
    this.waitFor = waitFor === undefined ? undefined : processName(waitFor);
  }

  /** Resolves when it has gone: the one that we started is asked to (SIGTERM), the one that asked us is waited for. */
  async exit(signal: AbortSignal): Promise<void> {
    const own = this.read();
    if (own !== undefined) this.tellToGo(own);
    for (const name of [own, this.waitFor]) {
      while (name !== undefined && isRunning(name)) await this.sleep(POLL, signal);
    }
    rmSync(join(this.root, PROCESS_FILE), { force: true });
  }

  /**
   * Starts what stands in `tree`; answers with the reason if it could not be started. One that we started before and that hangs would
   * be in its way: it is ended, by force where it does not go.
   */
  async launch(tree: string, attempt: number): Promise<string | undefined> {
    const [program, ...args] = this.plan.launch ?? [];
    if (program === undefined) return undefined;
    await this.endOwn();
    const log = openSync(join(this.root, LOG_FILE), "a", 0o600);
    try {
      const child = spawn(program, args, {
        cwd: join(this.root, tree),
        // It outlives us, and a Ctrl-C that is meant for us.
        detached: true,
        stdio: ["ignore", log, log],
        env: { ...process.env, FIELDTAPE_INSTALL: this.root, FIELDTAPE_ATTEMPT: String(attempt) },
      });
      this.child = child;
      await once(child, "spawn");
      child.on("error", () => {});
      child.unref();
      const name = child.pid === undefined ? undefined : processName(child.pid);
      if (name !== undefined)
        writeFileSync(join(this.root, PROCESS_FILE), `${JSON.stringify(name)}\n`, { mode: 0o600 });
      return undefined;
    } catch (thrown) {
      return `not-started-${systemCode(thrown) ?? "unknown"}`;
    } finally {
      closeSync(log);
    }
  }

  /** Answers when it is healthy, or has ended. Whoever asks sets the limit of time. */
  async health(tree: string, signal: AbortSignal): Promise<Health> {
    const { health } = this.plan;
    const until = health?.type === "alive" ? plus(this.clock.now(), health.span) : undefined;
    for (;;) {
      const ended = this.ended;
      if (ended !== undefined) return { healthy: false, reason: ended };
      if (health === undefined) return { healthy: true };
      if (until !== undefined && this.clock.now() >= until) return { healthy: true };
      if (await this.isHealthy(health, tree, signal)) return { healthy: true };
      await this.sleep(health.type === "alive" ? POLL : PROBE_EVERY, signal);
    }
  }

  private async isHealthy(health: HealthProbe, tree: string, signal: AbortSignal): Promise<boolean> {
    if (health.type === "command") return runsWell(health.command, join(this.root, tree), signal);
    return health.type === "url" && (await answersWell(health.url, signal));
  }

  /** How it ended, if it did. */
  private get ended(): string | undefined {
    const { child } = this;
    if (child === undefined || (child.exitCode === null && child.signalCode === null)) return undefined;
    return `exited-${child.exitCode ?? child.signalCode}`;
  }

  private async endOwn(): Promise<void> {
    const own = this.read();
    if (own === undefined || !isRunning(own)) return;
    // Whoever was told before has had its time.
    const patience = this.told === own.pid ? ZERO : this.plan.exitTimeout;
    this.tellToGo(own);
    if (await this.isGone(own, patience)) return;
    // It leads a group of its own: with it goes what it has started.
    tell(-own.pid, "SIGKILL");
    await this.isGone(own, KILLED_WITHIN);
  }

  private async isGone(own: ProcessName, patience: Nanos): Promise<boolean> {
    const { signal } = new AbortController();
    const due = plus(this.clock.now(), patience);
    while (isRunning(own) && this.clock.now() < due) await this.sleep(POLL, signal);
    return !isRunning(own);
  }

  private tellToGo(own: ProcessName): void {
    if (!isRunning(own)) return;
    this.told = own.pid;
    tell(own.pid, "SIGTERM");
  }

  private read(): ProcessName | undefined {
    try {
      const value: unknown = JSON.parse(readFileSync(join(this.root, PROCESS_FILE), "utf8"));
      if (typeof value !== "object" || value === null || !("pid" in value) || !("started" in value)) return undefined;
      const { pid, started } = value;
      return typeof pid === "number" && typeof started === "string" && pid > 1 ? { pid, started } : undefined;
    } catch {
      return undefined;
    }
  }

  private sleep(span: Nanos, signal: AbortSignal): Promise<void> {
    return this.clock.sleepUntil(plus(this.clock.now(), span), signal);
  }
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (thrown) {
    // It has gone meanwhile, or is not ours: then it is waited for.
    if (systemCode(thrown) === undefined) throw thrown;
  }
}

async function runsWell([program, ...args]: readonly string[], cwd: string, signal: AbortSignal): Promise<boolean> {
  if (program === undefined) return false;
  const child = spawn(program, args, { cwd, stdio: "ignore", signal });
  try {
    const [code] = await once(child, "exit");
    return code === 0;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

function answersWell(url: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const ask = url.startsWith("https:") ? getSecure : get;
    const request = ask(url, { signal, agent: false }, ({ statusCode = 0 }) => {
      request.destroy();
      resolve(statusCode >= 200 && statusCode < 300);
    });
    request.on("error", () => (signal.aborted ? reject(signal.reason) : resolve(false)));
  });
}
