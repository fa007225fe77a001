import { execFileSync } from "node:child_process";
import { createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { needs } from "../needs.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines, startFieldtape } from "./command-line.ts";
import { ANSWERER, CLOCKWORK, DICE, FRAGILE, METER, project } from "./replay-tapes.ts";

const replay = (cwd: string, ...args: string[]) => fieldtape(["replay", "a.tape.jsonl", ...args], { cwd });
const outputs = (stdout: string) => jsonLines(stdout).map(({ at, value }) => [at, (value as { text: string }).text]);

describe("what was said on a wire", () => {
  test("stands on a line each for people: time, channel, direction, kind; plain without a terminal", async () => {
    const cwd = project(METER);
    const { code, stdout, stderr } = await replay(cwd, "-s", "lines");
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "     0.001000000  meter  rx  frame  lines  text=one
           0.004000000  meter  tx  frame  lines  text="ack one"
           1.002000000  meter  rx  frame  lines  text=two
           1.005000000  meter  tx  frame  lines  text="ack two"
      "
    `);
    expect(stderr).toMatch(/^7 records: 4 frames; 1\.5s of tape in /);
  });

  test("goes to a slow reader without a word about it", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "long.log"), "a line that is said very often\n".repeat(30_000));
    await fieldtape(["import", "long.log", "--format", "raw", "-o", "a.tape.jsonl"], { cwd });
    const running = startFieldtape(["replay", "a.tape.jsonl", "-s", "lines", "--json"], { cwd });
    const { stdout: pipe } = running.child;
    pipe.on("data", () => {
      pipe.pause();
      setTimeout(() => pipe.resume(), 5);
    });
    const { code, stdout, stderr } = await running.finished;
    expect(code).toBe(0);
    expect(stdout.split("\n").length).toBe(30_001);
    expect(stderr).toMatch(/^[0-9]+ records: 30000 frames; .*\n$/);
  });

  test("stands on stdout as records for programs, and nothing else does", async () => {
    const cwd = project(METER);
    const { code, stdout } = await replay(cwd, "-s", "lines", "--json");
    expect(code).toBe(0);
    expect(stdout.split("\n")[1]).toBe(
      '{"type":"output","at":4000000,"machine":"lines","channel":0,"value":{"type":"frame","dir":"tx","span":[0,8],"text":"ack one"}}',
    );
    const whole = jsonLines(stdout).map(({ value }) => value);
    for (const rechunk of ["joined", "1", "random:7"]) {
      const again = await replay(cwd, "-s", "lines", "--json", "--rechunk", rechunk);
      expect(jsonLines(again.stdout).map(({ value }) => value)).toEqual(whole);
    }
  });

  test("is played in part: from and until a time, a line, a mark; one channel, one direction", async () => {
    const cwd = project(METER);
    const part = async (...args: string[]) => outputs((await replay(cwd, "-s", "lines", "--json", ...args)).stdout);
    expect(await part("--from", "1s")).toEqual([
      [1_002_000_000, "two"],
      [1_005_000_000, "ack two"],
    ]);
    expect(await part("--from", "line:3", "--until", "line:4")).toEqual([[4_000_000, "ack one"]]);
    expect(await part("--until", "mark:operator pressed stop", "--dir", "rx")).toEqual([[1_000_000, "one"]]);
    expect(await part("--from", "+1001ms", "--channel", "meter")).toEqual([
      [1_002_000_000, "two"],
      [1_005_000_000, "ack two"],
    ]);
  });

  test("is the same at any pace", async () => {
    const cwd = project(METER);
    const fast = await replay(cwd, "-s", "lines", "--json");
    const paced = await replay(cwd, "-s", "lines", "--json", "--speed", "40", "--max-gap", "10ms");
    expect(paced.stdout).toBe(fast.stdout);
    expect(paced.stderr).toMatch(/lateness p50 .*, p99 .*, max /);
  });

  needs("mkfifo")("comes from a pipe, too", async () => {
    const cwd = project(METER);
    execFileSync("mkfifo", [join(cwd, "pipe")]);
    const running = fieldtape(["replay", "pipe", "-s", "lines", "--json", "--no-config"], { cwd });
    createWriteStream(join(cwd, "pipe")).end(`${METER.join("\n")}\n`);
    const { code, stdout } = await running;
    expect({ code, lines: outputs(stdout).length }).toEqual({ code: 0, lines: 4 });
  });

  test("says what is wrong with the tape and plays what is there", async () => {
    const cwd = project([...METER.slice(0, -1), '{"type":"raw","at":1006000000,"chan']);
    writeFileSync(join(cwd, "a.tape.jsonl"), readFileSync(join(cwd, "a.tape.jsonl"), "utf8").trimEnd());
    const { code, stdout, stderr } = await replay(cwd, "-s", "lines", "--json");
    expect({ code, lines: outputs(stdout).length }).toEqual({ code: 0, lines: 4 });
    expect(stderr).toContain("last line is torn");
  });

  test("goes on as long as somebody reads it", async () => {
    const cwd = project([
      ...METER.slice(0, -1),
      ...Array.from(
        { length: 20_000 },
        (_, n) => `{"type":"raw","at":${2e9 + n},"channel":0,"dir":"rx","text":"${n}\\n"}`,
      ),
    ]);
    const running = startFieldtape(["replay", "a.tape.jsonl", "-s", "lines", "--json"], { cwd });
    running.child.stdout.once("data", () => running.child.stdout.destroy());
    expect((await running.finished).code).toBe(0);
  });
});

describe("a derived tape", () => {
  test("is the same bytes every time, whole, and compares with itself", async () => {
    const cwd = project(METER);
    const args = ["-s", "lines", "--rechunk", "3"];
    expect((await replay(cwd, ...args, "--out", "one.tape.jsonl")).code).toBe(0);
    expect((await replay(cwd, ...args, "--out", "two.tape.jsonl")).code).toBe(0);
    const one = readFileSync(join(cwd, "one.tape.jsonl"), "utf8");
    expect(readFileSync(join(cwd, "two.tape.jsonl"), "utf8")).toBe(one);
    const types = jsonLines(one).map(({ type }) => type);
    expect(types).toEqual(["header", "channel", "output", "output", "output", "output", "end"]);
    expect(jsonLines(one).at(-1)).toMatchObject({ at: 2_005_000_000, reason: "stop" });
    const checked = await replay(cwd, ...args, "--against", "one.tape.jsonl");
    expect(checked.code).toBe(0);
    expect(checked.stderr).toContain("no divergence: 4 outputs alike");
  });

  test("is not written over another without being told to", async () => {
    const cwd = project(METER);
    writeFileSync(join(cwd, "out.tape.jsonl"), "mine");
    expect((await replay(cwd, "-s", "lines", "--out", "out.tape.jsonl")).code).toBe(2);
    expect(readFileSync(join(cwd, "out.tape.jsonl"), "utf8")).toBe("mine");
    expect((await replay(cwd, "-s", "lines", "--out", "out.tape.jsonl", "--force")).code).toBe(0);
    expect((await replay(cwd, "-s", "lines", "--out", "a.tape.jsonl", "--force")).code).toBe(2);
  });
});

describe("a golden", () => {
  test("without a header is compared, and one changed field is found with line, time, field and bytes", async () => {
    const cwd = project(METER);
    const { stdout } = await replay(cwd, "-s", "lines", "--json");
    writeFileSync(join(cwd, "golden.jsonl"), stdout);
    expect((await replay(cwd, "-s", "lines", "--against", "golden.jsonl")).code).toBe(0);
    writeFileSync(join(cwd, "golden.jsonl"), stdout.replace('"text":"two"', '"text":"too"'));
    const changed = await replay(cwd, "-s", "lines", "--against", "golden.jsonl");
    expect(changed.code).toBe(1);
    expect(changed.stdout).toMatchInlineSnapshot(`
      "first divergence: a.tape.jsonl, line 6, at 1.002s
        differs in       value.text
        expected         "too"
        actual           "two"
        expected record  {"type":"output","at":1002000000,"machine":"lines","channel":0,"value":{"type":"frame","dir":"rx","span":[4,4],"text":"too"}}
                         (golden.jsonl, line 3)
        actual record    {"type":"output","at":1002000000,"machine":"lines","channel":0,"value":{"type":"frame","dir":"rx","span":[4,4],"text":"two"}}
        bytes            6f 6e 65 0a [74 77 6f 0a]  (channel 0 rx, from byte 0)
      "
    `);
    const asJson = await replay(cwd, "-s", "lines", "--against", "golden.jsonl", "--json");
    expect({ code: asJson.code, lines: jsonLines(asJson.stdout).length }).toEqual({ code: 1, lines: 4 });
    expect(asJson.stderr).toContain("value.text");
    const late = await replay(cwd, "-s", "lines", "--rechunk", "joined", "--against", "golden.jsonl");
    expect(late.stdout).toContain("value.text");
  });

  test("that ends too early or too late is a divergence; one that is not there is an error", async () => {
    const cwd = project(METER);
    const { stdout } = await replay(cwd, "-s", "lines", "--json");
    writeFileSync(join(cwd, "golden.jsonl"), `${stdout.split("\n").slice(0, 3).join("\n")}\n`);
    const longer = await replay(cwd, "-s", "lines", "--against", "golden.jsonl");
    expect(longer).toMatchObject({ code: 1, stdout: expect.stringContaining("nothing more (golden.jsonl)") });
    writeFileSync(join(cwd, "golden.jsonl"), stdout);
    const shorter = await replay(cwd, "-s", "lines", "--dir", "rx", "--against", "golden.jsonl");
    expect(shorter.code).toBe(1);
    expect((await replay(cwd, "-s", "lines", "--against", "nothing.jsonl")).code).toBe(2);
  });
});

describe("a subject", () => {
  test("that does not say the same twice is unstable", async () => {
    const cwd = project(METER, { dice: DICE });
    expect((await replay(cwd, "-s", "lines", "--twice")).code).toBe(0);
    const { code, stdout } = await replay(cwd, "-s", "dice", "--twice");
    expect(code).toBe(4);
    expect(stdout).toMatch(/unstable: two runs differ at output 2\n {2}first .*"thrown".*\n {2}second /);
  });

  test("that crashes is named with the record that did it, and what it had said is kept", async () => {
    const cwd = project(METER, { fragile: FRAGILE });
    const { code, stderr } = await replay(cwd, "-s", "fragile", "--out", "out.tape.jsonl");
    expect(code).toBe(5);
    expect(stderr).toMatch(/a\.tape\.jsonl:6: .*two is too much/);
    const kept = jsonLines(readFileSync(join(cwd, "out.tape.jsonl"), "utf8"));
    expect(kept.map(({ type }) => type)).toContain("end");
  });

  test("that was told things hears exactly those, or has its own deadlines fired instead", async () => {
    const told = [
      ...METER.slice(0, 4),
      '{"type":"input","at":1500000000,"machine":"clockwork","channel":0,"value":{"type":"elapsed"}}',
      '{"type":"end","at":2500000000,"records":5,"reason":"stop"}',
    ];
    const cwd = project(told, { clockwork: CLOCKWORK });
    const states = async (...args: string[]) =>
      jsonLines((await replay(cwd, "-s", "clockwork", "--json", ...args)).stdout).flatMap(({ at, value }) => {
        const { type, state } = value as { type: string; state: string };
        return type === "state" ? [[at, state]] : [];
      });
    expect(await states()).toEqual([[1_500_000_000, "tick"]]);
    expect(await states("--time", "computed")).toEqual([
      [1_000_000_000, "tick"],
      [2_000_000_000, "tick"],
    ]);
  });

  test("that is not named is asked for, with those that can read the tape", async () => {
    const cwd = project(METER);
    const { code, stderr } = await replay(cwd);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--subject lines: 4 frames/);
    const unknown = await replay(cwd, "-s", "nothing");
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("modbus-tcp") });
  });

  test("that takes part is held to what was sent", async () => {
    const cwd = project(METER, { answerer: ANSWERER });
    const right = await replay(cwd, "-s", "answerer", "--json");
    expect(right.code).toBe(0);
    expect(jsonLines(right.stdout).filter(({ type }) => type === "raw")).toMatchObject([
      { at: 11_000_000, dir: "tx", text: "ack one\n" },
      { at: 1_012_000_000, dir: "tx", text: "ack two\n" },
    ]);
    const wrong = await replay(cwd, "-s", "answerer", "--options", '{"word":"nak"}');
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(/byte 0 of what was sent on channel 0 \(recorded in a\.tape\.jsonl, line 3\)/);
    const fields = ["--policy", "match", "--match", "lines:dir"];
    expect((await replay(cwd, "-s", "answerer", "--options", '{"word":"nak"}', ...fields)).code).toBe(0);
    expect((await replay(cwd, "-s", "answerer", "--options", '{"word":"nak"}', "--policy", "none")).code).toBe(0);
    expect((await replay(cwd, "-s", "answerer", "--policy", "wait")).code).toBe(0);
  });
});

describe("a breakpoint", () => {
  test("stops, marks, or exits with 1, exactly there", async () => {
    const cwd = project(METER);
    const at = ["--break", 'type = output and value.text = "two"'];
    const stop = await replay(cwd, "-s", "lines", "--json", ...at);
    expect(stop.code).toBe(0);
    expect(outputs(stop.stdout).at(-1)).toEqual([1_002_000_000, "two"]);
    const exit = await replay(cwd, "-s", "lines", ...at, "--on-break", "exit");
    expect(exit.code).toBe(1);
    expect(exit.stdout).toMatch(/break: a\.tape\.jsonl, line 6, at 1\.002s\n {2}\{.*"text":"two"/);
    const mark = await replay(cwd, "-s", "lines", ...at, "--on-break", "mark", "--out", "out.tape.jsonl");
    expect(mark.code).toBe(0);
    const marks = jsonLines(readFileSync(join(cwd, "out.tape.jsonl"), "utf8")).filter(({ type }) => type === "mark");
    expect(marks).toMatchObject([{ at: 1_002_000_000 }]);
  });

  test("that cannot be read is wrong usage, with a caret under the place", async () => {
    const { code, stderr } = await replay(project(METER), "-s", "lines", "--break", "value = ");
    expect(code).toBe(2);
    expect(stderr).toContain("^");
  });
});
