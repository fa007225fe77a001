import { fc, test } from "@fast-check/vitest";
import { expect, test as plain } from "vitest";
import { millis, nanos } from "../../src/time/nanos.ts";
import { turn } from "../../src/time/system-clock.ts";
import { VirtualClock } from "../../src/time/virtual-clock.ts";

const never = new AbortController().signal;

test.prop([fc.array(fc.nat({ max: 20 }), { maxLength: 30 }), fc.nat({ max: 20 })])(
  "sleepers wake at their own times, in order, those of one time as they lay down",
  async (times, until) => {
    const clock = new VirtualClock(turn);
    const woken: [number, number, number][] = [];
    times.forEach((at, index) => {
      void clock.sleepUntil(nanos(at), never).then(() => woken.push([at, index, clock.now()]));
    });
    await clock.advance(nanos(until));
    const expected = times
      .map((at, index): [number, number, number] => [at, index, at])
      .filter(([at]) => at <= until)
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect(woken).toEqual(expected);
    expect(clock.now()).toBe(until);
  },
);

plain("who sleeps again on waking is woken again before time goes on", async () => {
  const clock = new VirtualClock(turn);
  const beats: number[] = [];
  const heart = async (): Promise<void> => {
    for (let beat = 1; beat <= 5; beat += 1) {
      await clock.sleepUntil(millis(beat), never);
      beats.push(clock.now());
    }
  };
  const beating = heart();
  expect(clock.nextWake).toBe(millis(1));
  await clock.advance(millis(3.5));
  expect(beats).toEqual([millis(1), millis(2), millis(3)]);
  expect(clock.nextWake).toBe(millis(4));
  await clock.advance(millis(10));
  await beating;
  expect(beats).toHaveLength(5);
  expect(clock.nextWake).toBeUndefined();
});

plain("an aborted sleeper is told why and forgotten", async () => {
  const clock = new VirtualClock(turn);
  const controller = new AbortController();
  const sleep = clock.sleepUntil(millis(1), controller.signal);
  controller.abort(new Error("the operator pressed stop"));
  await expect(sleep).rejects.toThrow("the operator pressed stop");
  expect(clock.nextWake).toBeUndefined();
  await expect(clock.sleepUntil(millis(0), controller.signal)).rejects.toThrow("the operator pressed stop");
  await clock.advance(millis(2));
  await clock.sleepUntil(millis(2), never);
  await expect(clock.advance(millis(1))).rejects.toThrow(/cannot go back/);
});
