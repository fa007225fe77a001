import { fc, test } from "@fast-check/vitest";
import { expect, test as plain } from "vitest";
import { millis, type Nanos, nanos, plus, ZERO } from "../../src/time/nanos.ts";
import { type Anchor, moved, RATE_MAX, RATE_MIN, steadyTimeOf, tapeTimeAt } from "../../src/time/playback-anchor.ts";
import { PlaybackClock } from "../../src/time/playback-clock.ts";
import { turn } from "../../src/time/system-clock.ts";
import { VirtualClock } from "../../src/time/virtual-clock.ts";

const never = new AbortController().signal;
const anyTime = fc.nat({ max: 2 ** 52 }).map(nanos);
const anyRate = fc.oneof(
  fc.constantFrom(1, 0.5, 10, RATE_MIN, RATE_MAX),
  fc.double({ min: RATE_MIN, max: RATE_MAX, noNaN: true }),
);

test.prop([anyTime, anyTime, anyRate, fc.nat({ max: 2 ** 40 })])(
  "who sleeps until the steady time of a place on the tape finds the tape there, and not much further",
  (tape, steady, rate, ahead) => {
    const anchor: Anchor = { tape, steady, rate, running: true };
    const at = plus(tape, ahead);
    const wake = steadyTimeOf(anchor, at) ?? ZERO;
    expect(tapeTimeAt(anchor, wake)).toBeGreaterThanOrEqual(at);
    expect(tapeTimeAt(anchor, nanos(Math.max(steady, wake - 3)))).toBeLessThanOrEqual(at);
  },
);

test.prop([fc.array(fc.tuple(fc.nat({ max: 1_000_000 }), anyRate, fc.boolean()), { maxLength: 50 })])(
  "changes of rate and pauses, however many, lose less than a nanosecond each",
  (changes) => {
    let anchor: Anchor = { tape: ZERO, steady: ZERO, rate: 1, running: true };
    let exact = 0;
    for (const [after, rate, running] of changes) {
      if (anchor.running) exact += after * anchor.rate;
      anchor = moved(anchor, plus(anchor.steady, after), { rate, running });
    }
    expect(exact - anchor.tape).toBeLessThan(changes.length + 1);
    expect(anchor.tape - exact).toBeLessThan(1);
  },
);

plain("a rate of an hour runs without drift: 3,600,000 deadlines of a millisecond", () => {
  const anchor: Anchor = { tape: ZERO, steady: nanos(12_345), rate: 3, running: true };
  for (let at = 1; at <= 3_600_000; at += 997) {
    const steady = steadyTimeOf(anchor, millis(at)) ?? ZERO;
    expect(Math.abs(steady - 12_345 - millis(at) / 3)).toBeLessThanOrEqual(1);
  }
});

plain("a double that rounds down does not wake anybody too early", () => {
  const anchor: Anchor = { tape: ZERO, steady: ZERO, rate: 0.7, running: true };
  for (const at of [120_645, 984_795, 1_021_312_952_814]) {
    expect(tapeTimeAt(anchor, steadyTimeOf(anchor, nanos(at)) ?? ZERO)).toBe(at);
  }
});

plain.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e-9, 1e12])("a rate of %d is refused", (rate) => {
  expect(() => new PlaybackClock(new VirtualClock(turn), { at: ZERO, rate, running: true })).toThrow(/is no rate/);
});

async function playing(at: Nanos, rate: number, running = true) {
  const steady = new VirtualClock(turn);
  await steady.advance(millis(1_000));
  const clock = new PlaybackClock(steady, { at, rate, running });
  const woken: string[] = [];
  const sleep = (name: string, until: number, signal = never): Promise<void> =>
    clock.sleepUntil(millis(until), signal).then(() => {
      woken.push(`${name} at ${clock.now() / 1_000_000}`);
    });
  return { steady, clock, woken, sleep, to: (ms: number) => steady.advance(millis(1_000 + ms)) };
}

plain("at ten times the speed a tape of a second takes a hundred milliseconds", async () => {
  const { woken, sleep, to } = await playing(ZERO, 10);
  void sleep("a", 500);
  void sleep("b", 1_000);
  await to(50);
  expect(woken).toEqual(["a at 500"]);
  await to(100);
  expect(woken).toEqual(["a at 500", "b at 1000"]);
});

plain("a pause holds the sleepers, and resuming lets them sleep the rest", async () => {
  const { clock, woken, sleep, to } = await playing(ZERO, 1);
  void sleep("a", 100);
  await to(60);
  clock.pause();
  await to(10_000);
  expect(woken).toEqual([]);
  expect([clock.now(), clock.running]).toEqual([millis(60), false]);
  clock.resume();
  await to(10_039);
  expect(woken).toEqual([]);
  await to(10_040);
  expect(woken).toEqual(["a at 100"]);
});

plain("a new rate counts from where the tape is, for those who sleep already", async () => {
  const { clock, woken, sleep, to } = await playing(millis(1_000), 1);
  void sleep("a", 1_100);
  await to(50);
  clock.setRate(0.5);
  expect([clock.now(), clock.rate]).toEqual([millis(1_050), 0.5]);
  await to(149);
  expect(woken).toEqual([]);
  await to(150);
  expect(woken).toEqual(["a at 1100"]);
});

plain("a seek forward wakes who is due, a seek back lets them sleep longer", async () => {
  const { clock, woken, sleep, to } = await playing(ZERO, 1);
  void sleep("a", 100);
  void sleep("b", 200);
  clock.seek(millis(150));
  await to(0);
  expect(woken).toEqual(["a at 150"]);
  clock.seek(millis(20));
  await to(179);
  expect(woken).toEqual(["a at 150"]);
  await to(180);
  expect(woken).toEqual(["a at 150", "b at 200"]);
});

plain("a clock that begins standing still waits to be resumed, and its sleepers can be aborted", async () => {
  const { steady, clock, woken, sleep, to } = await playing(ZERO, 1, false);
  const controller = new AbortController();
  const aborted = sleep("a", 1, controller.signal);
  await to(1_000);
  controller.abort(new Error("the operator pressed stop"));
  await expect(aborted).rejects.toThrow("the operator pressed stop");
  await expect(sleep("b", 0, controller.signal)).rejects.toThrow("the operator pressed stop");
  expect([woken, clock.now(), steady.nextWake]).toEqual([[], ZERO, undefined]);
});
