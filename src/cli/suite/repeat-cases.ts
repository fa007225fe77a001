import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { Random } from "../../bytes/random.ts";
import type { CaseResult } from "../../scenarios/case-result.ts";
import type { Clock } from "../../time/clock.ts";
import type { Nanos } from "../../time/nanos.ts";
import type { ConfigOptions } from "../config/config-file.ts";
import { programRoot } from "../program-root.ts";
import { Watchdog } from "../watchdog.ts";
import type { RepeatAnswer, RepeatedCase, RepeatTask } from "./suite-process.ts";

export interface RepeatOptions {
  /** How often each case is played once more. */
  readonly times: number;
  readonly corpus: string;
  /** Where what was said the first time is kept. */
  readonly kept: string;
  readonly config: ConfigOptions;
  readonly clock: Clock;
  readonly caseLimit: Nanos;
  /** Processes at once. */
  readonly width: number;
  readonly signal: AbortSignal;
}

/** Surroundings that must not matter to any case. */
interface Surroundings {
  readonly zone: string;
  readonly locale: string;
  readonly days: number;
  readonly megabytes: number;
}

/** As far from one another, and from most machines, as they come: half hours, dates a day ahead, a dotless i, other digits. */
const SURROUNDINGS: readonly Surroundings[] = [
  { zone: "Pacific/Apia", locale: "tr_TR.UTF-8", days: 400, megabytes: 512 },
  { zone: "America/St_Johns", locale: "ar_EG.UTF-8", days: -3650, megabytes: 192 },
  { zone: "Asia/Kathmandu", locale: "de_DE.UTF-8", days: 36_500, megabytes: 1024 },
  { zone: "UTC", locale: "C", days: -1, megabytes: 256 },
];

/**
 * Plays cases again in fresh processes: another time zone, locale, date, order of cases, and limit of memory each time.
 *
 * @returns for each case that differed, in what: the first run in which it did, and the first record
 */
export async function repeatCases(
  cases: readonly RepeatedCase[],
  options: RepeatOptions,
): Promise<ReadonlyMap<string, string>> {
  const unstable = new Map<string, string>();
  for (let time = 1; time <= options.times; time += 1) {
    const surroundings = SURROUNDINGS[(time - 1) % SURROUNDINGS.length] ?? SURROUNDINGS[0];
    if (surroundings === undefined) break;
    const order = shuffled(cases, time);
    const shares = Array.from({ length: options.width }, (_, n) => order.filter((_, at) => at % options.width === n));
    const where = `run ${time + 1} (${surroundings.zone}, ${surroundings.locale}, ${surroundings.days} days off, other order, ${surroundings.megabytes} MB)`;
    const take = ({ name, words }: RepeatAnswer): void => {
      if (words !== undefined && !unstable.has(name)) unstable.set(name, `${where}: ${words}`);
    };
    await Promise.all(shares.map((share) => repeatShare(share, surroundings, take, options)));
  }
  return unstable;
}

/** Plays a share of the cases in one process, and in another one if that dies. */
async function repeatShare(
  share: readonly RepeatedCase[],
  surroundings: Surroundings,
  take: (answer: RepeatAnswer) => void,
  options: RepeatOptions,
): Promise<void> {
  for (let left = share; left.length > 0; ) {
    const { answered, end } = await repeatIn(left, surroundings, take, options);
    const culprit = left[answered];
    if (culprit !== undefined) take({ name: culprit.name, words: end });
    left = left.slice(answered + 1);
  }
}

async function repeatIn(
  cases: readonly RepeatedCase[],
  { zone, locale, days, megabytes }: Surroundings,
  take: (answer: RepeatAnswer) => void,
  { corpus, kept, config, clock, caseLimit, signal }: RepeatOptions,
): Promise<{ readonly answered: number; readonly end: string }> {
  using watchdog = new Watchdog(clock, caseLimit);
  const child = fork(join(programRoot(), "dist", "cli", "suite", "suite-process.js"), [], {
    env: {
      ...process.env,
      TZ: zone,
      LC_ALL: locale,
      LANG: locale,
      FIELDTAPE_SUBJECT_ZONE: zone,
      FIELDTAPE_SUBJECT_LOCALE: locale,
      FIELDTAPE_SUBJECT_DAYS: String(days),
    },
    execArgv: [`--max-old-space-size=${megabytes}`],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const kill = (): void => void child.kill("SIGKILL");
  const over = AbortSignal.any([signal, watchdog.hung]);
  over.addEventListener("abort", kill);
  let answered = 0;
  child.on("message", (answer: RepeatAnswer) => {
    answered += 1;
    watchdog.pat();
    take(answer);
  });
  const task: RepeatTask = { corpus, cases, kept, config, shiftDays: days };
  child.send(task);
  const status = await ended(child);
  over.removeEventListener("abort", kill);
  signal.throwIfAborted();
  return { answered, end: watchdog.hung.aborted ? "it did not end in time" : `it ended its process (${status})` };
}

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code === null ? String(signal) : `exit code ${code}`));
  });
}

function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const random = new Random(seed, "order of cases");
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    const [a, b] = [order[last], order[other]];
    if (a !== undefined && b !== undefined) [order[last], order[other]] = [b, a];
  }
  return order;
}

/** A result in the light of what was found by repeating its case. */
export function withRepeats(result: CaseResult, unstable: ReadonlyMap<string, string>): CaseResult {
  const words = unstable.get(result.name);
  return words === undefined ? result : { ...result, outcome: { type: "unstable", words } };
}
