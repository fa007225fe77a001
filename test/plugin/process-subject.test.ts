import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { PROCESS_LIMITS } from "../../src/plugin/process-limits.ts";
import { ProcessSubject } from "../../src/plugin/process-subject.ts";
import type { ReplayStep } from "../../src/replayer/replay-step.ts";
import { replayTape } from "../../src/replayer/replay-tape.ts";
import type { Clock } from "../../src/time/clock.ts";
import { type Nanos, plus, seconds } from "../../src/time/nanos.ts";
import { SystemClock, turn } from "../../src/time/system-clock.ts";
import { VirtualClock } from "../../src/time/virtual-clock.ts";
import { never, runOf } from "../replayer/replaying.ts";
import { channel, raw } from "../replayer/toy-tape.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** Says each text that it hears; some it does. What it was told stands in the file `told` as soon as it was. */
const PROGRAM = `import { appendFileSync, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
const say = (line) => process.stdout.write(JSON.stringify(line) + "\\n");
const input = new PassThrough();
let fails = false;
process.stdin.on("data", (bytes) => {
  appendFileSync("told", bytes);
  input.write(bytes);
});
for await (const line of createInterface({ input })) {
  const told = JSON.parse(line);
  if (told.type === "open") say({ type: "ready", abi: 1, again: true });
  if (told.type === "raw") {
    while (["wait", "fail"].includes(told.text) && !existsSync("go")) await new Promise((done) => setTimeout(done, 5));
    if (told.text === "die") process.exit(3);
    if (told.text === "never") await new Promise(() => {});
    say({ type: "output", at: told.at, machine: "echo", value: told.text });
  }
  if (told.type !== "advance") fails = told.text === "fail";
  else if (fails) say({ type: "failed", message: "no more" });
  else say({ type: "done", id: told.id, deadline: null });
}
`;

function echo(clock: Clock = new SystemClock({ sleep: "coarse" })) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "echo.mjs"), PROGRAM);
  const command = async () => [process.execPath, "echo.mjs"] as const;
  const subject = new ProcessSubject({
    name: "echo",
    role: "observer",
    command,
    folder,
    limits: { ...PROCESS_LIMITS, silence: seconds(1000) },
    clock,
  });
  onTestFinished(() => subject.renew()); // nobody takes it again
  /** Until it was told that. */
  const told = async (text: string): Promise<void> => {
    const file = join(folder, "told");
    while (!existsSync(file) || !readFileSync(file, "utf8").includes(text)) await delay(5);
  };
  return { subject, told, go: () => writeFileSync(join(folder, "go"), "") };
}

/** A channel, then the texts, a microsecond apart. */
const tape = (...texts: readonly string[]) => [
  channel(0),
  ...texts.map((text, index) => raw((index + 1) * 1000, 0, "rx", text)),
];

const saidIn = (step: ReplayStep | undefined) =>
  step?.outputs.map((output) => (output.type === "output" ? output.value : output.type));

test("the next batch is told while an answer is owed, and each step has what was said to it", async () => {
  const { subject, told, go } = echo();
  await using run = await runOf(tape("wait", "b", "c"), subject, { batch: 1 });
  const steps = replayTape(run, {}, never);
  expect(saidIn((await steps.next()).value)).toEqual([]);
  const second = steps.next();
  await told('"text":"b"');
  expect(run.position).toMatchObject({ at: 999, line: 1 });
  go();
  expect(saidIn((await second).value)).toEqual(["wait"]);
  expect(run.position).toMatchObject({ at: 1999, line: 2 });
  const rest = [];
  for await (const step of steps) rest.push(saidIn(step));
  expect(rest).toEqual([["b"], ["c"], []]);
});

test("where a replay stops between steps, nothing is told ahead", async () => {
  const { subject, told, go } = echo();
  go();
  await using run = await runOf(tape("a", "b", "c"), subject, { batch: 1 });
  const steps = replayTape(run, { stops: true }, never);
  await steps.next();
  expect(saidIn((await steps.next()).value)).toEqual(["a"]);
  await run.upcoming();
  await expect(Promise.race([told('"text":"b"'), delay(100, "not told")])).resolves.toBe("not told");
});

test("a failure comes in its turn, and names the lines that it was told then", async () => {
  const { subject } = echo();
  await using run = await runOf(tape("a", "die", "c"), subject, { batch: 1 });
  const said: unknown[] = [];
  const play = async () => {
    for await (const step of replayTape(run, {}, never)) {
      said.push(saidIn(step));
      await delay(50); // what it fails at is long past when it is asked for
    }
  };
  await expect(play()).rejects.toMatchObject({ code: "SUBJECT_CRASHED", line: 3 });
  expect(said).toEqual([[], ["a"]]);
});

test("one that goes on after it said that it cannot has failed where it said so", async () => {
  const { subject, told, go } = echo();
  await using run = await runOf(tape("fail", "b", "c"), subject, { batch: 1 });
  const steps = replayTape(run, {}, never);
  expect(saidIn((await steps.next()).value)).toEqual([]);
  const second = steps.next().catch((failure: unknown) => failure);
  await told('"text":"b"');
  go();
  expect(await second).toMatchObject({ code: "SUBJECT_CRASHED", line: 2, message: expect.stringContaining("no more") });
});

test("a run that is left while it is at work does not reach into the next one", async () => {
  const { subject, go } = echo();
  const left = await runOf(tape("wait", "b"), subject, { batch: 1 });
  await replayTape(left, {}, never).next();
  await left[Symbol.asyncDispose]();
  go();
  await using run = await runOf(tape("x"), subject);
  const all = [];
  for await (const step of replayTape(run, {}, never)) all.push(...(saidIn(step) ?? []));
  expect(all).toEqual(["x"]);
});

test("the time for an answer begins when the one before it was given", async () => {
  const clock = new VirtualClock(turn);
  const { subject, told, go } = echo(clock);
  const pass = (span: Nanos) => clock.advance(plus(clock.now(), span));
  await using run = await runOf(tape("wait", "never"), subject, { batch: 1 });
  const steps = replayTape(run, {}, never);
  await steps.next();
  const second = steps.next();
  await told('"text":"never"');
  await pass(seconds(40));
  go();
  expect(saidIn((await second).value)).toEqual(["wait"]);
  const third = steps.next().catch((failure: unknown) => failure);
  await pass(seconds(40));
  await expect(Promise.race([third, delay(50, "at work")])).resolves.toBe("at work");
  await pass(seconds(21));
  await expect(third).resolves.toMatchObject({
    code: "SUBJECT_HUNG",
    message: expect.stringContaining("took longer than 60 s"),
  });
});
