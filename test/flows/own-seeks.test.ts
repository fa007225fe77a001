import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { needs } from "../needs.ts";
import { fieldtape, startFieldtape } from "./command-line.ts";
import { ownProject } from "./held-subjects.ts";
import { inPython } from "./own-subjects.ts";

/** It works a little at each line, so that a snapshot is worth its taking. */
const WORKING = `export const PLUGIN_ABI = 1;
const session = {
  name: "mine",
  initial: () => ({ lines: 0, sum: 0 }),
  deadline: () => undefined,
  step(state, input) {
    if (input.type !== "frame") return { state, outputs: [] };
    let { lines, sum } = state;
    for (let left = 40000; left > 0; left -= 1) sum = (sum * 31 + left) % 1000003;
    lines += 1;
    return { state: { lines, sum }, outputs: [{ type: "say", value: { type: "state", state: String(lines), sum } }] };
  },
};
export const create = () => ({ framer: { subject: "lines" }, session });
`;

const COMMANDS = "seek line:1750\nstep 2\nseek line:1250\nstep 2\nback\nstep\nseek line:1500\nstep\nquit\n";

const WORKING_IN_PYTHON = `from fieldtape import Subject, run

class Counting(Subject):
    machine = "mine"
    def hear(self, record):
        if record["type"] == "raw":
            lines = self.state.get("lines", 0) + 1
            self.state = {"lines": lines, "sum": sum(n * lines for n in range(2000))}
            self.say({"type": "state", "state": str(lines), "sum": self.state["sum"]}, 0)

run(Counting)
`;

/** Long lines of text in reads of their own: several batches. */
function longTape(): string {
  const channel = '{"type":"channel","at":0,"channel":0,"name":"a","kind":"stream","source":"here","settings":{}}';
  const lines = Array.from(
    { length: 2_000 },
    (_, index) =>
      `{"type":"raw","at":${index * 1000},"channel":0,"dir":"rx","text":"line ${index} ${"x".repeat(600)}\\n"}`,
  );
  return `${[channel, ...lines].join("\n")}\n`;
}

/** Steps and seeks, with what is kept on the way and without: whatever was kept, the same is shown. */
async function seeksAlike(cwd: string): Promise<string> {
  writeFileSync(join(cwd, "a.tape.jsonl"), longTape());
  const step = (...more: string[]) =>
    fieldtape(["replay", "a.tape.jsonl", "-s", "mine", "--step", ...more], { cwd, input: COMMANDS });
  const [kept, cold] = [await step(), await step("--no-snapshots")];
  expect({ code: kept.code, stderr: kept.stderr }).toMatchObject({ code: 0 });
  expect(kept.stdout).toBe(cold.stdout);
  expect(kept.stdout).toContain("line 1748");
  expect(cold.stderr).not.toContain("warm seek");
  expect(readdirSync(cwd), "nothing is left beside the tape").not.toContain("a.tape.jsonl.index");
  return kept.stderr;
}

test("seeking back in a tape that a module plays is warm, and shows what playing from the beginning shows", async () => {
  const cwd = ownProject({ mine: { module: "./mine/mine.mjs" } }, { "mine/mine.mjs": WORKING });
  expect(await seeksAlike(cwd)).toMatch(/line 1249, at 1\.248ms, warm seek/);
}, 60_000);

needs("python3")(
  "and in one that a program plays",
  async () => {
    const cwd = ownProject({ mine: inPython(WORKING_IN_PYTHON) }, {});
    expect(await seeksAlike(cwd)).toMatch(/line 1249, at 1\.248ms, warm seek/);
  },
  60_000,
);

const saying = (word: string): string => `export const PLUGIN_ABI = 1;
const session = {
  name: "mine",
  initial: () => ({}),
  deadline: () => undefined,
  step: (state, { type }) => ({ state, outputs: type === "frame" ? [{ type: "say", value: { type: "state", state: "${word}" } }] : [] }),
};
export const create = () => ({ framer: { subject: "lines" }, session });
`;

test("a module that is edited while its tape is played says what it says now, from the next seek on", async () => {
  const cwd = ownProject({ mine: { module: "./mine/mine.mjs" } }, { "mine/mine.mjs": saying("before") });
  const { child, finished, stderrMatches } = startFieldtape(["replay", "a.tape.jsonl", "-s", "mine", "--step"], {
    cwd,
  });
  child.stdin.write("step 3\nseek line:3\n");
  await stderrMatches(/seek/);
  writeFileSync(join(cwd, "mine/mine.mjs"), saying("afterwards"));
  child.stdin.write("step 3\nseek line:3\nstep 3\nquit\n");
  const { code, stdout, stderr } = await finished;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const words = [...stdout.matchAll(/before|afterwards/g)].map(([word]) => word);
  expect([...new Set(words)], "the run that goes on keeps its code").toEqual(["before", "afterwards"]);
  expect(words.lastIndexOf("before")).toBeLessThan(words.indexOf("afterwards"));
}, 60_000);
