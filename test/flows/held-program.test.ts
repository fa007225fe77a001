import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { needs } from "../needs.ts";
import { fieldtape, jsonLines, startFieldtape } from "./command-line.ts";
import {
  hasNamespaces,
  LIMITS,
  ownProject,
  playMine,
  playProgram,
  programOnSeven,
  SEVEN,
  TEN_LINES,
} from "./held-subjects.ts";

const python = needs("python3");

/** Processes of this machine whose command line holds this text. */
function running(text: string): readonly string[] {
  return readdirSync("/proc").filter((pid) => /^[0-9]+$/.test(pid) && commandLine(pid).includes(text));
}

/** What was killed takes a moment to die; what was not keeps the test waiting for ever. */
async function gone(text: string): Promise<void> {
  while (running(text).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return "";
  }
}

describe("a program as a subject that", () => {
  python("behaves says every record with its time, however its input is cut, every time", async () => {
    const { code, stdout } = await playProgram(programOnSeven("pass"), "--twice");
    expect(code).toBe(0);
    const said = jsonLines(stdout).map(({ at, machine, value }) => [at, machine, value]);
    expect(said).toEqual(Array.from({ length: 10 }, (_, index) => [(index + 1) * 1000, "mine", `line ${index + 1}\n`]));
    const single = await playProgram(programOnSeven("pass"), "--break", "type = mark");
    expect(single.stdout).toBe(stdout);
  });

  python("dies without a word is told with the record that did it, and the end of its log", async () => {
    const { code, stderr } = await playProgram(
      programOnSeven('print("last words", file=sys.stderr, flush=True)\nos._exit(3)'),
    );
    expect(code).toBe(5);
    expect(stderr).toContain(`${SEVEN}mine ended by itself with exit code 3`);
    expect(stderr).toContain("last words");
  });

  python("is killed from outside, as a system out of memory does, is told so", async () => {
    const name = `killed-${Math.trunc(process.hrtime()[1])}.py`;
    const waits = programOnSeven("time.sleep(3600)");
    const cwd = ownProject({ mine: { command: ["python3", name] } }, { [name]: waits });
    const { finished } = startFieldtape(["replay", "a.tape.jsonl", "-s", "mine"], { cwd });
    // Not one of those that hold it, nor what looks for the interpreter.
    const interpreter = () => running(name).find((pid) => /python[0-9.]*$/.test(commandLine(pid).split("\0")[0] ?? ""));
    while (interpreter() === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
    process.kill(Number(interpreter()), "SIGKILL");
    const { code, stderr } = await finished;
    expect(code).toBe(5);
    expect(stderr).toContain("mine was ended by SIGKILL");
    expect(stderr).not.toContain("unshare");
  });

  python("dies in the middle of a line is told so", async () => {
    const { code, stderr } = await playProgram(
      programOnSeven('sys.stdout.write(\'{"type":"out\')\nsys.stdout.flush()\nos._exit(0)'),
    );
    expect(code).toBe(5);
    expect(stderr).toContain(`${SEVEN}mine ended by itself with exit code 0, in the middle of a line`);
  });

  python("says nothing any more has hung", async () => {
    const { code, stderr } = await playProgram(programOnSeven("time.sleep(3600)"));
    expect(code).toBe(5);
    expect(stderr).toContain(`${SEVEN}mine has said nothing for 1.5 s`);
  });

  python("gives signs of life and never an answer has hung", async () => {
    const alive = "while True:\n    say({'type': 'alive'})\n    sys.stdout.flush()\n    time.sleep(0.2)";
    const { code, stderr } = await playProgram(programOnSeven(alive));
    expect(code).toBe(5);
    expect(stderr).toContain(`${SEVEN}mine took longer than 5 s`);
  });

  python("goes back in time is not believed", async () => {
    const back = "say({'type': 'output', 'at': 1, 'machine': 'mine', 'value': 0})";
    const { code, stderr } = await playProgram(programOnSeven(back));
    expect(code).toBe(5);
    expect(stderr).toContain(`${SEVEN}mine went back in time: it said something at 1 ns after 6000 ns`);
  });

  python("foretells is not believed", async () => {
    const ahead = "say({'type': 'output', 'at': 7001, 'machine': 'mine', 'value': 0})";
    const { code, stderr } = await playProgram(programOnSeven(ahead));
    expect(code).toBe(5);
    expect(stderr).toMatch(/a\.tape\.jsonl:8: mine said something at 7001 ns, which has not come yet/);
  });

  python("sends as an observer is not believed", async () => {
    const sends = "say({'type': 'raw', 'at': 7000, 'channel': 0, 'dir': 'tx', 'text': 'me'})";
    const { code, stderr } = await playProgram(programOnSeven(sends));
    expect(code).toBe(5);
    expect(stderr).toContain(`${SEVEN}mine is an observer, which sends nothing`);
  });

  python("writes a line without end is stopped", async () => {
    const { code, stderr } = await playProgram(programOnSeven("while True: sys.stdout.write('x' * 10000)"));
    expect(code).toBe(5);
    expect(stderr).toContain(`${SEVEN}mine answered with a line of more than 1048576 bytes`);
  });

  python("prints a gigabyte of log is stopped, and fieldtape keeps the end of it at most", async () => {
    const { code, stderr } = await playProgram(
      programOnSeven("for _ in range(1000000): sys.stderr.write('x' * 1000 + '\\n')"),
    );
    expect(code).toBe(5);
    expect(stderr).toContain(`${SEVEN}mine logged more than 16777216 bytes at once`);
    expect(stderr.length).toBeLessThan(10_000);
  });

  python("allocates without end is stopped", async () => {
    const { code, stderr } = await playProgram(
      programOnSeven("kept = []\nwhile True: kept.append(bytearray(1 << 24))"),
    );
    expect(code).toBe(5);
    expect(stderr).toMatch(/a\.tape\.jsonl:8: mine (took more than 160 MiB of memory|ended by itself)/);
  });

  python("forks without end is stopped, with all that it started", async () => {
    const name = `forks-${Math.trunc(process.hrtime()[1])}.py`;
    const forks = "while True:\n    try: os.fork()\n    except OSError: time.sleep(0.01)";
    const cwd = ownProject({ mine: { command: ["python3", name], limits: LIMITS } }, { [name]: programOnSeven(forks) });
    const { code, stderr } = await playMine(cwd);
    expect(code).toBe(5);
    expect(stderr).toContain(SEVEN);
    await gone(name);
  });

  test.runIf(hasNamespaces)("leaves a child behind that hides leaves nothing", async () => {
    const name = `hides-${Math.trunc(process.hrtime()[1])}.py`;
    const hides =
      "if os.fork() == 0:\n    os.setsid()\n    os.close(0); os.close(1); os.close(2)\n    time.sleep(3600)";
    const cwd = ownProject({ mine: { command: ["python3", name] } }, { [name]: programOnSeven(hides) });
    expect(await playMine(cwd)).toMatchObject({ code: 0 });
    await gone(name);
  });

  test.runIf(hasNamespaces)("opens a socket finds no network", async () => {
    const dial = "import socket\nsocket.create_connection(('127.0.0.1', 80), 1)";
    const { code, stderr } = await playProgram(programOnSeven(dial));
    expect(code).toBe(5);
    expect(stderr).toContain("Network is unreachable");
  });

  test.runIf(hasNamespaces)("kills its parent does not reach it", async () => {
    const { code, stderr } = await playProgram(programOnSeven("os.kill(os.getppid(), 9)\ntime.sleep(3600)"));
    expect(code).toBe(5);
    expect(stderr).toMatch(/mine (was ended by SIGKILL|has said nothing)/);
  });

  test.runIf(hasNamespaces)("outlasts every end of its input ends with a fieldtape that is killed", async () => {
    const name = `outlasts-${Math.trunc(process.hrtime()[1])}.py`;
    const files = {
      [name]: programOnSeven("print('there', file=sys.stderr, flush=True)\nwhile True: time.sleep(3600)"),
    };
    const cwd = ownProject({ mine: { command: ["python3", name] } }, files);
    const { child } = startFieldtape(["replay", "a.tape.jsonl", "-s", "mine"], { cwd });
    while (running(name).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGKILL");
    await once(child, "close");
    await gone(name);
  });

  test("is not there is named, with what to do", async () => {
    const { code, stderr } = await playMine(ownProject({ mine: { command: ["no-such-program-here"] } }, {}));
    expect(code).toBe(2);
    expect(stderr).toContain("subjects.mine: there is no program no-such-program-here");
  });

  test("is written as one text for a shell is refused", async () => {
    const { code, stderr } = await playMine(ownProject({ mine: { command: "python3 mine.py" } }, {}));
    expect(code).toBe(2);
    expect(stderr).toContain("subjects.mine.command: must be a list");
  });
});

python(
  "a suite goes on with the next case when a subject dies, hangs or floods, and names the record each time",
  async () => {
    const bad = {
      dies: "os._exit(3)",
      hangs: "time.sleep(3600)",
      floods: "while True: sys.stdout.write('x' * 10000)",
      works: "pass",
    };
    const names = Object.keys(bad);
    const cwd = ownProject(
      Object.fromEntries(names.map((name) => [name, { command: ["python3", `${name}.py`], limits: LIMITS }])),
      Object.fromEntries(Object.entries(bad).map(([name, action]) => [`${name}.py`, programOnSeven(action)])),
    );
    for (const name of names) {
      const place = join(cwd, "corpora", "own", name);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, "tape.jsonl"), `${TEN_LINES.join("\n")}\n`);
      writeFileSync(
        join(place, "scenario.yaml"),
        `why: the next one goes on\nprovenance: written for this test\nsubject: ${name}\ngolden: { mode: none }\nexpect: [{ some: type = output }]\n`,
      );
    }
    const { code, stdout } = await fieldtape(["suite", "run", "--json"], { cwd, env: { CI: "" } });
    expect(code).toBe(5);
    const results = Object.fromEntries(
      jsonLines(stdout).flatMap((one) => (typeof one["name"] === "string" ? [[one["name"], one["outcome"]]] : [])),
    );
    expect(results).toMatchObject({
      "own/dies": {
        code: "SUBJECT_CRASHED",
        words: expect.stringMatching(/own\/dies\/tape\.jsonl:8: dies ended by itself/),
      },
      "own/floods": {
        code: "SUBJECT_CRASHED",
        words: expect.stringMatching(/tape\.jsonl:8: floods answered with a line of more/),
      },
      "own/hangs": { code: "SUBJECT_HUNG", words: expect.stringMatching(/tape\.jsonl:8: hangs has said nothing/) },
      "own/works": { type: "passed" },
    });
  },
);
