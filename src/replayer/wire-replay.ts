import { ZERO } from "../time/nanos.ts";
import type { FedBatch } from "./feed.ts";
import type { CheckedStep } from "./replay-tape.ts";
import { WirePlayer, type WirePlayerOptions } from "./wire-player.ts";
import type { WirePort } from "./wire-port.ts";
import { Wires } from "./wires.ts";

/**
 * Plays the bytes of a tape to live programs, each at its own time: deadlines are absolute, so lateness never adds up. What
 * the programs answer comes out as `raw` records with `dir: "tx"`, at the tape time of its arrival. Tape time stands still
 * while a wire is being opened. Whoever plays the whole tape asks the check to `finish` afterwards.
 *
 * @throws FieldtapeError LINK_OPEN_FAILED, LINK_LOST with the line that could not be played
 */
export async function* replayToWire(
  batches: AsyncIterable<FedBatch>,
  port: WirePort,
  options: WirePlayerOptions,
  signal: AbortSignal,
): AsyncGenerator<CheckedStep, undefined> {
  await using wires = new Wires(port);
  const player = new WirePlayer(wires, options, signal);
  try {
    yield* played(batches, player, options);
  } catch (thrown) {
    // What came in before the failure is kept.
    yield await player.rest();
    throw thrown;
  }
}

async function* played(
  batches: AsyncIterable<FedBatch>,
  player: WirePlayer,
  options: WirePlayerOptions,
): AsyncGenerator<CheckedStep, undefined> {
  let begun = false;
  for await (const batch of ahead(batches)) {
    // Not before there is something to play: opening and reading must make nothing late.
    if (!begun) options.pace.clock.seek(options.from ?? ZERO);
    begun = true;
    for (const [index, record] of batch.records.entries()) {
      const line = batch.lines[index] ?? 0;
      await player.expect(batch, line);
      yield* record.type === "end" ? player.drain(record.at) : player.idle(record.at);
      await player.connect(record, line);
      yield* player.patience(record);
      if (player.lost) return;
      yield await player.play(record, line);
    }
    await player.expect(batch, Number.POSITIVE_INFINITY);
    if (batch.stopAt !== undefined) yield* player.idle(batch.stopAt);
  }
  yield await player.step();
}

/** Has the next batch read while this one is played: waiting for the disk must make nothing late. */
async function* ahead<T>(source: AsyncIterable<T>): AsyncGenerator<T, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let coming = fetched(iterator);
  try {
    for (;;) {
      const { done, value } = await coming;
      if (done === true) return;
      coming = fetched(iterator);
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

function fetched<T>(iterator: AsyncIterator<T>): Promise<IteratorResult<T>> {
  const coming = iterator.next();
  // It is awaited later, or never if the replay ends before; a failure meanwhile is not an unhandled one.
  coming.catch(() => {});
  return coming;
}
