import process from "node:process";
import { FieldtapeError } from "../../../errors.ts";
import type { RecordingSession } from "../../../recorder/record.ts";
import { RateMeter } from "../../../recorder/status.ts";
import type { Clock } from "../../../time/clock.ts";
import { type Nanos, nanos, plus, seconds } from "../../../time/nanos.ts";
import { failure } from "../../failure.ts";
import { realWorld } from "../../wiring.ts";
import type { RecordingPlan } from "../plan.ts";
import { type FinishedRecording, type RecordingSurroundings, runRecording } from "../run-recording.ts";
import { progress } from "../words.ts";
import { SystemdNotifier } from "./systemd-notifier.ts";

const STATUS_EVERY = seconds(10);
const TRY_EVERY = seconds(5);
/** The journal hears that it goes on, now and then. */
const SAY_EVERY = seconds(600);

/**
 * Records for long, with nobody looking on: a device that is not there is waited for, systemd is told how it goes, and the words
 * on stderr are for its journal.
 *
 * @throws FieldtapeError as `runRecording`, but for links that cannot be opened yet
 */
export async function runService(plan: RecordingPlan, around: RecordingSurroundings): Promise<FinishedRecording> {
  const { clock } = realWorld({ sleep: "coarse" });
  const notifier = await SystemdNotifier.open(process.env, around.log);
  const pulse = new Pulse(clock, notifier, around.say);
  let stopped: Promise<void> | undefined;
  const stopping = (): void => {
    stopped ??= notifier?.stopping();
  };
  around.interrupted.addEventListener("abort", stopping, { once: true });
  const over = new AbortController();
  const beating = pulse.beat(over.signal);
  try {
    return await persistently(plan, around, { clock, pulse });
  } finally {
    over.abort();
    around.interrupted.removeEventListener("abort", stopping);
    await beating;
    stopping();
    await stopped;
  }
}

async function persistently(
  plan: RecordingPlan,
  around: RecordingSurroundings,
  { clock, pulse }: { readonly clock: Clock; readonly pulse: Pulse },
): Promise<FinishedRecording> {
  let told = "";
  for (;;) {
    try {
      return await runRecording(plan, { ...around, began: (session) => pulse.take(session) });
    } catch (thrown) {
      const waits = thrown instanceof FieldtapeError && thrown.code === "LINK_OPEN_FAILED" && !pulse.recording;
      if (!waits || around.interrupted.aborted) throw thrown;
      const { words } = failure(thrown, false);
      if (words !== told) around.say(`${words}\nit is tried again every 5 s`);
      told = words;
      await pulse.wait(thrown.message);
      await clock.sleepUntil(plus(clock.now(), TRY_EVERY), around.interrupted);
    }
  }
}

/** What is told now and then: to systemd that the recorder lives, to the journal that it goes on. */
class Pulse {
  recording = false;
  readonly #clock: Clock;
  readonly #notifier: SystemdNotifier | undefined;
  readonly #say: (text: string) => void;
  readonly #meter = new RateMeter();
  #status: () => string = () => "begins";
  #isReady = false;

  constructor(clock: Clock, notifier: SystemdNotifier | undefined, say: (text: string) => void) {
    this.#clock = clock;
    this.#notifier = notifier;
    this.#say = say;
  }

  take(session: RecordingSession): void {
    this.recording = true;
    this.#status = () => {
      const status = session.status();
      return progress(status, this.#meter.next(status));
    };
    void this.#ready("recording");
  }

  async wait(reason: string): Promise<void> {
    this.#status = () => `waits: ${reason}`;
    await this.#ready(this.#status());
  }

  async beat(over: AbortSignal): Promise<void> {
    const every = nanos(Math.min(this.#notifier?.beat ?? STATUS_EVERY, STATUS_EVERY));
    let saidAt = this.#clock.now();
    while (await slept(this.#clock, every, over)) {
      const status = this.#status();
      await this.#notifier?.alive(status);
      if (this.#clock.now() - saidAt < SAY_EVERY) continue;
      saidAt = this.#clock.now();
      this.#say(status);
    }
  }

  async #ready(status: string): Promise<void> {
    if (this.#isReady) return;
    this.#isReady = true;
    await this.#notifier?.ready(status);
  }
}

async function slept(clock: Clock, span: Nanos, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleepUntil(plus(clock.now(), span), signal);
    return true;
  } catch {
    return false;
  }
}
