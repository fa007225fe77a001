import { expect, test } from "vitest";
import { millis, nanos, plus } from "../../src/time/nanos.ts";
import { SystemClock, SystemWallClock, turn } from "../../src/time/system-clock.ts";

const never = new AbortController().signal;

test.each(["coarse", "precise"] as const)("a %s sleep never ends early", async (sleep) => {
  const clock = new SystemClock({ sleep });
  for (const span of [0, 1, 50_000, 999_999, 1_000_001, 3_400_000]) {
    const at = plus(clock.now(), span);
    await clock.sleepUntil(at, never);
    expect(clock.now()).toBeGreaterThanOrEqual(at);
  }
});

test("deadlines that are absolute are all kept, however late the sleeper comes to them", async () => {
  const clock = new SystemClock({ sleep: "coarse" });
  for (let at = 0; at < 100; at += 1) await clock.sleepUntil(nanos(at), never);
});

test.each(["coarse", "precise"] as const)("a %s sleep of weeks ends at once when it is aborted", async (sleep) => {
  const clock = new SystemClock({ sleep });
  const controller = new AbortController();
  const sleeping = clock.sleepUntil(millis(90 * 86_400_000), controller.signal);
  await turn();
  controller.abort(new Error("the operator pressed stop"));
  await expect(sleeping).rejects.toThrow("the operator pressed stop");
  await expect(clock.sleepUntil(nanos(0), controller.signal)).rejects.toThrow("the operator pressed stop");
});

test("a precise sleep that is aborted in its last turns ends too", async () => {
  const clock = new SystemClock({ sleep: "precise" });
  const controller = new AbortController();
  const sleeping = clock.sleepUntil(plus(clock.now(), millis(1.5)), controller.signal);
  controller.abort(new Error("stop"));
  await expect(sleeping).rejects.toThrow("stop");
});

test("monotonic time begins at zero and the date is of our years", () => {
  const clock = new SystemClock({ sleep: "coarse" });
  const first = clock.now();
  expect(first).toBeGreaterThanOrEqual(0);
  expect(clock.now()).toBeGreaterThanOrEqual(first);
  expect(new SystemWallClock().wallNow()).toBeGreaterThan(1_735_689_600_000_000_000n);
});
