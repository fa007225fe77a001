import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { Arrival } from "../../src/link/arrival.ts";
import { Arrivals } from "../../src/link/arrivals.ts";
import { millis, nanos } from "../../src/time/nanos.ts";
import { turn } from "../../src/time/system-clock.ts";
import { VirtualClock } from "../../src/time/virtual-clock.ts";

const declaration = { name: "plc", kind: "stream", source: "tcp:plc:502", settings: {} } as const;

function queue(bytesMax?: number) {
  const clock = new VirtualClock(turn);
  const arrivals = new Arrivals({ clock, origin: nanos(0), ...(bytesMax === undefined ? {} : { bytesMax }) });
  return { clock, arrivals };
}

const all = (arrivals: Arrivals): readonly Arrival[] => arrivals.take(Number.POSITIVE_INFINITY);

describe("arrivals", () => {
  test("stamps each arrival with the tape's time, counted from its origin", async () => {
    const clock = new VirtualClock(turn);
    await clock.advance(millis(5));
    const arrivals = new Arrivals({ clock, origin: millis(5) });
    const channel = arrivals.channel(declaration);
    await clock.advance(millis(7));
    arrivals.raw(channel, "rx", Uint8Array.of(1));
    arrivals.link(channel, "half-close", { dir: "tx" });
    arrivals.mark("stop pressed");
    expect(all(arrivals)).toEqual([
      { type: "channel", at: 0, channel: 0, ...declaration },
      { type: "raw", at: millis(2), channel: 0, dir: "rx", bytes: Uint8Array.of(1) },
      { type: "link", at: millis(2), channel: 0, event: "half-close", dir: "tx" },
      { type: "mark", at: millis(2), label: "stop pressed" },
    ]);
  });

  test("a clock that goes back does not take the tape back with it", () => {
    let now = 100;
    const clock = { now: () => nanos(now), sleepUntil: () => Promise.resolve() };
    const arrivals = new Arrivals({ clock, origin: nanos(0) });
    arrivals.mark("before");
    now = 40;
    arrivals.mark("after");
    expect(all(arrivals).map((arrival) => arrival.at)).toEqual([100, 100]);
  });

  test("hands over the memory of a read, not a copy", () => {
    const { arrivals } = queue();
    const bytes = Uint8Array.of(1, 2, 3);
    arrivals.raw(arrivals.channel(declaration), "rx", bytes);
    const last = all(arrivals).at(-1);
    expect(last?.type === "raw" && last.bytes === bytes).toBe(true);
  });

  test("an overload is one gap with the number of bytes lost, standing where it began", async () => {
    const { clock, arrivals } = queue(1_000);
    const channel = arrivals.channel(declaration);
    arrivals.raw(channel, "rx", new Uint8Array(700));
    await clock.advance(nanos(10));
    arrivals.raw(channel, "rx", new Uint8Array(100));
    await clock.advance(nanos(20));
    arrivals.link(channel, "half-close", { dir: "tx" });
    arrivals.raw(channel, "rx", new Uint8Array(50));
    arrivals.raw(channel, "tx", new Uint8Array(7));
    expect(all(arrivals).slice(2)).toEqual([
      { type: "gap", at: 10, channel, dir: "rx", cause: "queue", bytes: 150 },
      { type: "link", at: 20, channel, event: "half-close", dir: "tx" },
      { type: "gap", at: 20, channel, dir: "tx", cause: "queue", bytes: 7 },
    ]);
    arrivals.raw(channel, "rx", new Uint8Array(3));
    expect(all(arrivals)).toMatchObject([{ type: "raw" }]);
  });

  test("a gap that the writer already has is not added to: a new one begins", () => {
    const { arrivals } = queue(1_000);
    const channel = arrivals.channel(declaration);
    arrivals.raw(channel, "rx", new Uint8Array(700));
    arrivals.raw(channel, "rx", new Uint8Array(100));
    const [, , gap] = arrivals.take(100).concat(arrivals.take(100), arrivals.take(1));
    arrivals.raw(channel, "rx", new Uint8Array(900));
    expect(gap).toMatchObject({ type: "gap", bytes: 100 });
    expect(all(arrivals)).toMatchObject([{ type: "gap", bytes: 900 }]);
  });

  test("an application's lost events are counted before its next one", () => {
    const { arrivals } = queue(1_000);
    const event = (value: string, size: number) =>
      arrivals.event({ type: "output", machine: "application", value }, size);
    event("fits", 600);
    event("lost", 600);
    event("lost too", 1);
    expect(all(arrivals)).toMatchObject([{ value: "fits" }]);
    event("fits again", 1);
    expect(all(arrivals)).toMatchObject([
      { type: "output", machine: "application", value: { type: "fault", fault: "lost", events: 2 } },
      { value: "fits again" },
    ]);
  });

  test("a source that waits is called back when half of the queue is free", () => {
    const { arrivals } = queue(1_000);
    const channel = arrivals.channel(declaration);
    let calls = 0;
    arrivals.whenRoomy(() => {
      calls += 1;
    });
    expect(calls).toBe(1);
    arrivals.raw(channel, "rx", new Uint8Array(500));
    expect(arrivals.crowded).toBe(true);
    arrivals.whenRoomy(() => {
      calls += 1;
    });
    arrivals.take(1);
    expect(calls).toBe(1);
    arrivals.take(1);
    expect(calls).toBe(2);
    expect(arrivals.waiting).toBe(0);
  });

  test("the writer waits for what comes, and is told when no more will", async () => {
    const { arrivals } = queue();
    const first = arrivals.next();
    arrivals.mark("one");
    expect(await first).toBe(true);
    arrivals.end();
    expect(await arrivals.next()).toBe(true);
    all(arrivals);
    expect(await arrivals.next()).toBe(false);
  });

  const step = fc.oneof(
    fc.record({ dir: fc.constantFrom("rx" as const, "tx" as const), size: fc.integer({ min: 1, max: 400 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 800 }) }),
  );
  property.prop([fc.array(step, { maxLength: 200 })])(
    "whatever comes and however slow the writer is, each byte is on the tape or counted in a gap, and memory is bounded",
    (steps) => {
      const { arrivals } = queue(2_000);
      const channel = arrivals.channel(declaration);
      const taken: Arrival[] = [];
      const sent = { rx: 0, tx: 0 };
      for (const one of steps) {
        if ("take" in one) taken.push(...arrivals.take(one.take));
        else {
          sent[one.dir] += one.size;
          arrivals.raw(channel, one.dir, new Uint8Array(one.size));
        }
        expect(arrivals.waiting).toBeLessThan(3_000);
      }
      taken.push(...all(arrivals));
      const told = { rx: 0, tx: 0 };
      for (const arrival of taken) {
        if (arrival.type === "raw") told[arrival.dir] += arrival.bytes.length;
        if (arrival.type === "gap") told[arrival.dir ?? "rx"] += arrival.bytes ?? 0;
      }
      expect(told).toEqual(sent);
      expect(arrivals.waiting).toBe(0);
    },
  );
});
