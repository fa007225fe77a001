import { millis, type Nanos, plus } from "../../time/nanos.ts";
import type { Expectation } from "./expectation.ts";
import { payloadBytes, type RequestReplyOptions } from "./options.ts";

/** Something to send, over and over or once: a request or the heartbeat. Plain data; times in nanoseconds. */
export interface Task {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly expect: Expectation | undefined;
  readonly refuse: Expectation | undefined;
  readonly timeout: number;
  readonly retries: number;
  /** From the link's opening to the first time. */
  readonly after: number;
  readonly every: number | undefined;
  /** How many in a row may go without a reply; the heartbeat only, which is due when nothing was heard for `every`. */
  readonly missesMax: number | undefined;
}

/** The requests in their order, then the heartbeat. */
export function tasksOf(options: RequestReplyOptions): Task[] {
  const { requests, heartbeat } = options;
  const tasks = requests.map(
    (request): Task => ({
      name: request.name,
      bytes: payloadBytes(request.send),
      expect: request.expect,
      refuse: request.refuse,
      timeout: millis(request.timeoutMs ?? options.timeoutMs),
      retries: request.retries ?? options.retries,
      after: millis(request.afterMs),
      every: request.everyMs === undefined ? undefined : millis(request.everyMs),
      missesMax: undefined,
    }),
  );
  if (heartbeat === undefined) return tasks;
  const every = millis(heartbeat.everyMs);
  const beat: Task = {
    name: "heartbeat",
    bytes: payloadBytes(heartbeat.send),
    expect: heartbeat.expect,
    refuse: undefined,
    timeout: millis(options.timeoutMs),
    retries: 0,
    after: every,
    every,
    missesMax: heartbeat.missesMax,
  };
  return [...tasks, beat];
}

/** When a task is due again that was due at `due` and is sent now: times that were missed meanwhile are left out. */
export function nextDue({ every, missesMax }: Task, due: Nanos, at: Nanos): Nanos | undefined {
  if (every === undefined) return undefined;
  if (missesMax !== undefined) return plus(at, every);
  return plus(due, every * (Math.floor((at - due) / every) + 1));
}
