import process from "node:process";
import { expect, test } from "vitest";
import { PROCESS_LIMITS } from "../../src/plugin/process-limits.ts";
import { processorTime } from "../../src/plugin/process-use.ts";
import { Vigil } from "../../src/plugin/vigil.ts";
import { millis, type Nanos, nanos, plus, seconds } from "../../src/time/nanos.ts";
import { turn } from "../../src/time/system-clock.ts";
import { VirtualClock } from "../../src/time/virtual-clock.ts";

/** A program as the one who looks after it sees it; `busy`: the share of a processor that it takes. */
function watched() {
  const clock = new VirtualClock(turn);
  const told: string[] = [];
  const program = { busy: 0, memory: 0, taken: nanos(0) };
  const vigil = new Vigil({
    clock,
    limits: PROCESS_LIMITS,
    memory: () => program.memory,
    processor: () => program.taken,
    passed: (code, problem) => {
      told.push(`${code} ${problem}`);
      vigil.end();
    },
    aborted: () => told.push("aborted"),
  });
  const live = async (span: Nanos): Promise<void> => {
    for (let left: number = span; left > 0 && told.length === 0; left -= millis(100)) {
      program.taken = plus(program.taken, nanos(millis(100) * program.busy));
      await clock.advance(plus(clock.now(), millis(100)));
    }
  };
  return { program, vigil, told, live };
}

const never = new AbortController().signal;

test.each([
  ["a processor", 1, 10],
  ["two processors", 2, 5],
  ["a fifth of one, on a busy machine", 0.2, 50],
])("a program that loops while nothing is asked of it, and gets %s, has hung", async (_, busy, after) => {
  const { program, vigil, told, live } = watched();
  vigil.begin(never);
  vigil.rest();
  program.busy = busy;
  await live(seconds(after - 1));
  expect(told).toEqual([]);
  await live(seconds(2));
  expect(told).toEqual(["SUBJECT_HUNG took 10 s of processor time while nothing was asked of it"]);
});

test("one that does a little at rest, for an hour, or is asked again and again, has not", async () => {
  const { program, vigil, told, live } = watched();
  vigil.begin(never);
  vigil.rest();
  program.busy = 0.05;
  await live(seconds(3600));
  program.busy = 1;
  for (let asked = 0; asked < 20; asked += 1) {
    vigil.begin(never);
    vigil.rest();
    await live(seconds(8));
  }
  expect(told).toEqual([]);
});

test("memory is looked at, also while nothing is asked", async () => {
  const { program, vigil, told, live } = watched();
  vigil.begin(never);
  vigil.rest();
  await live(seconds(1));
  program.memory = PROCESS_LIMITS.memory + 1;
  await live(seconds(1));
  expect(told).toEqual(["SUBJECT_CRASHED took more than 512 MiB of memory"]);
});

test("while it owes an answer, its silence and the time that it takes are what counts", async () => {
  const silent = watched();
  silent.vigil.begin(never);
  await silent.live(seconds(11));
  expect(silent.told).toEqual(["SUBJECT_HUNG has said nothing for 10 s"]);
  const busy = watched();
  busy.program.busy = 4;
  busy.vigil.begin(never);
  for (let left = 59; left > 0; left -= 1) {
    busy.vigil.heard();
    await busy.live(seconds(1));
  }
  expect(busy.told).toEqual([]);
  busy.vigil.heard();
  await busy.live(seconds(2));
  expect(busy.told).toEqual(["SUBJECT_HUNG took longer than 60 s"]);
});

test.runIf(process.platform === "linux")("Linux tells the processor time of a process", () => {
  const before = processorTime(process.pid);
  expect(before).toBeGreaterThan(0);
  while (processorTime(process.pid) < before + millis(30));
});
