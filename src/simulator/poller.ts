import type { Link, LinkEvent } from "../link/link.ts";
import type { Clock } from "../time/clock.ts";
import { NANOS_PER_MILLI, plus } from "../time/nanos.ts";

export interface PollOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How often to ask, and how long to wait between an answer and the next question. */
  readonly count: number;
  readonly intervalMs: number;
}

/** A plant controller that reads a thermometer over Modbus/TCP, one request after the other, and now and then asks for something that is not there. */
export async function pollThermometer(link: Link, { clock, signal, count, intervalMs }: PollOptions): Promise<void> {
  const events = link.events[Symbol.asyncIterator]();
  for (let n = 0; n < count; n += 1) {
    await link.send(n % 10 === 9 ? request(n, 0x0063, 1) : request(n, 0, 2));
    await nextBytes(events);
    await clock.sleepUntil(plus(clock.now(), intervalMs * NANOS_PER_MILLI), signal);
  }
}

/** Modbus/TCP: read `quantity` input registers from `address`. */
function request(transaction: number, address: number, quantity: number): Uint8Array {
  return Uint8Array.of(
    transaction >> 8,
    transaction & 0xff,
    0,
    0,
    0,
    6,
    1,
    4,
    address >> 8,
    address & 0xff,
    0,
    quantity,
  );
}

async function nextBytes(events: AsyncIterator<LinkEvent>): Promise<void> {
  for (;;) {
    const { done, value } = await events.next();
    if (done === true || value.type === "bytes") return;
  }
}
