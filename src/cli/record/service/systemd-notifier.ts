import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";
import { FieldtapeError, systemCode } from "../../../errors.ts";
import { NANOS_PER_MICRO, type Nanos, nanos } from "../../../time/nanos.ts";
import type { RunLog } from "../../log/run-log.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const PROGRAM = "systemd-notify";
/** In ms: systemd answers at once, or not at all. */
const ANSWER_MAX = 5_000;
const STATUS_LENGTH_MAX = 400;

/**
 * Tells systemd how a service goes, as sd_notify(3) has it. The socket is a datagram socket, which Node has not: the program
 * `systemd-notify` sends (ADR 0035). What cannot be sent is logged once, and never stops a recording.
 */
export class SystemdNotifier {
  /** How often it wants to hear that the recorder lives: half of what it waits (sd_watchdog_enabled(3)). */
  readonly beat: Nanos | undefined;
  readonly #log: RunLog;
  #sending: Promise<void> = Promise.resolve();
  #failed = false;

  private constructor(beat: Nanos | undefined, log: RunLog) {
    this.beat = beat;
    this.#log = log;
  }

  /**
   * `undefined` where nobody asked to be told.
   * @throws FieldtapeError LINK_OPEN_FAILED where systemd asked, and the program to tell it is missing
   */
  static async open(env: Environment, log: RunLog): Promise<SystemdNotifier | undefined> {
    if ((env["NOTIFY_SOCKET"] ?? "") === "") return undefined;
    try {
      await promisify(execFile)(PROGRAM, ["--version"], { timeout: ANSWER_MAX });
    } catch (cause) {
      const missing = systemCode(cause) === "ENOENT";
      throw new FieldtapeError(
        "LINK_OPEN_FAILED",
        missing
          ? "systemd wants to be told how the recording goes (NOTIFY_SOCKET), and the program systemd-notify is not installed"
          : "the program systemd-notify, which tells systemd how the recording goes, cannot be run",
        { cause, hint: "install it (it is part of systemd), or make the unit Type=simple without WatchdogSec" },
      );
    }
    return new SystemdNotifier(beatOf(env), log);
  }

  /** It has begun, or waits for its device. */
  ready(status: string): Promise<void> {
    return this.#send("READY=1", statusOf(status));
  }

  /** It lives, and this is how it goes. */
  alive(status: string): Promise<void> {
    return this.#send(...(this.beat === undefined ? [] : ["WATCHDOG=1"]), statusOf(status));
  }

  stopping(): Promise<void> {
    return this.#send("STOPPING=1", "STATUS=closing the tape");
  }

  /** One at a time, in order. */
  #send(...assignments: readonly string[]): Promise<void> {
    this.#sending = this.#sending.then(async () => {
      try {
        await promisify(execFile)(PROGRAM, assignments, { timeout: ANSWER_MAX, killSignal: "SIGKILL" });
      } catch (thrown) {
        if (!this.#failed) this.#log.warn("systemd could not be told", { words: String(thrown), assignments });
        this.#failed = true;
      }
    });
    return this.#sending;
  }
}

/** sd_watchdog_enabled(3): `WATCHDOG_USEC` is for the process that `WATCHDOG_PID` names, or for anyone. */
function beatOf(env: Environment): Nanos | undefined {
  const micros = Number(env["WATCHDOG_USEC"] ?? "");
  const pid = env["WATCHDOG_PID"];
  if (!Number.isSafeInteger(micros) || micros <= 0) return undefined;
  if (pid !== undefined && pid !== "" && Number(pid) !== process.pid) return undefined;
  return nanos(Math.floor(micros / 2) * NANOS_PER_MICRO);
}

/** One line, and no more than fits. */
function statusOf(text: string): string {
  return `STATUS=${text.replaceAll(/\s+/g, " ").slice(0, STATUS_LENGTH_MAX)}`;
}
