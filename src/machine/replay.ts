import { type Nanos, nanos, plus, ZERO } from "../time/nanos.ts";
import { Chain, type ChainOptions } from "./chain.ts";
import {
  askValue,
  type ChainInput,
  type ChainOutput,
  type ChainPlan,
  type ChainRecord,
  type ChainSink,
} from "./chain-plan.ts";

/** Keeps what a chain says, as records of a tape, until it is taken. */
export class ChainOutputs implements ChainSink {
  private said: ChainOutput[] = [];

  says(at: Nanos, machine: string, channel: number, value: Extract<ChainOutput, { type: "output" }>["value"]): void {
    this.said.push({ type: "output", at, machine, channel, value });
  }

  sends(at: Nanos, channel: number, bytes: Uint8Array): void {
    this.said.push({ type: "raw", at, channel, dir: "tx", bytes });
  }

  asks(at: Nanos, machine: string, channel: number, link: "open" | "close"): void {
    this.said.push({ type: "output", at, machine, channel, value: askValue(link) });
  }

  take(): readonly ChainOutput[] {
    const said = this.said;
    this.said = [];
    return said;
  }
}

/** Deadlines that fire in one go before others may have a turn. */
const STRIDE = 10_000;

/**
 * Plays `records` into `chain`, each after the deadlines before it, and brings time to `until`. Yields now and then on the way
 * through a long time without records, so that whoever drives it can look up, or stop.
 */
export function* replayInto(
  chain: Chain,
  records: Iterable<ChainRecord>,
  until: Nanos,
): Generator<undefined, void, void> {
  for (const record of records) {
    if (record.type !== "header") yield* elapsing(chain, record.at - 1);
    chain.take(record);
  }
  yield* elapsing(chain, until);
}

function* elapsing(chain: Chain, until: number): Generator<undefined, void, void> {
  while (!chain.elapse(nanos(until), STRIDE)) yield;
}

export interface ReplayOptions extends ChainOptions {
  /** How long time runs on after the last input, if the tape's own end does not come later. */
  readonly drain: Nanos;
}

/** A whole run over a tape that is in memory: all records, and its end at max(the tape's own end, last input + drain). */
export function replay(
  plan: ChainPlan,
  records: Iterable<ChainRecord>,
  options: ReplayOptions,
): readonly ChainOutput[] {
  const outputs = new ChainOutputs();
  const chain = new Chain(plan, outputs, options);
  let lastInput = ZERO;
  let ownEnd = ZERO;
  for (const record of records) {
    if (record.type === "end") ownEnd = record.at;
    else {
      if (isInput(record)) lastInput = record.at;
      chain.take(record);
    }
  }
  const at = nanos(Math.max(ownEnd, plus(lastInput, options.drain)));
  chain.take({ type: "end", at });
  chain.elapse(at);
  return outputs.take();
}

function isInput(record: ChainRecord): record is ChainInput {
  const { type } = record;
  return type === "raw" || type === "gap" || type === "link" || type === "input" || type === "channel";
}
