import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bench, medianSeconds } from "./row.ts";

/** A corpus of small cases, run by the built program; beside it the same goldens as snapshots of vitest. */
export const suite: Bench = async ({ quick, folder, root }) => {
  const [few, many] = quick ? [50, 100] : [1_000, 4_000];
  const runs = quick ? 1 : 3;
  const ours = await suiteRate(join(folder, "few"), { root, cases: few, runs });
  const larger = await suiteRate(join(folder, "many"), { root, cases: many, runs });
  const target = { compare: "at least", figure: 1_000 } as const;
  return [
    {
      work: `suite run, ${few} small cases, start-up included`,
      ours,
      unit: "cases/s",
      peer: { name: "vitest snapshots", figure: await vitestRate(folder, root, few) },
      target,
    },
    {
      work: `suite run, ${many} small cases, start-up included`,
      ours: larger,
      unit: "cases/s",
      peer: undefined,
      target,
    },
  ];
};

interface SuiteRateOptions {
  readonly root: string;
  readonly cases: number;
  readonly runs: number;
}

/** Every case is played in every run. */
async function suiteRate(folder: string, { root, cases, runs }: SuiteRateOptions): Promise<number> {
  const program = join(root, "bin", "run.js");
  for (let n = 0; n < cases; n += 1) writeCase(join(folder, "corpora", `case-${String(n).padStart(4, "0")}`), n);
  const fieldtape = (...args: string[]): void => {
    const { status, stderr } = spawnSync(process.execPath, [program, "suite", ...args], {
      cwd: folder,
      env: { ...process.env, CI: "" },
    });
    if (status !== 0) throw new Error(`suite ${args[0]} failed: ${stderr}`);
  };
  fieldtape("accept", ".", "--reason", "first goldens of the benchmark");
  return cases / (await medianSeconds(runs, () => fieldtape("run", "--no-cache")));
}

function writeCase(place: string, n: number): void {
  mkdirSync(place, { recursive: true });
  const lines = Array.from({ length: 20 }, (_, index) => ({
    type: "raw",
    at: 1000 * index,
    channel: 0,
    dir: "rx",
    text: `reading ${n} ${index}\n`,
  }));
  const channel = { type: "channel", at: 0, channel: 0, name: "a", kind: "stream", source: "bench", settings: {} };
  writeFileSync(join(place, "tape.jsonl"), [channel, ...lines].map((record) => `${JSON.stringify(record)}\n`).join(""));
  writeFileSync(join(place, "scenario.yaml"), "why: bench\nprovenance: made by the benchmark\nsubject: lines\n");
}

/** The same number of goldens of the same size, compared by vitest. */
async function vitestRate(folder: string, root: string, cases: number): Promise<number> {
  const place = join(folder, "vitest");
  mkdirSync(place);
  writeFileSync(
    join(place, "cases.test.mjs"),
    `import { expect, test } from ${JSON.stringify(join(root, "node_modules/vitest/dist/index.js"))};
for (let n = 0; n < ${cases}; n += 1) test("case " + n, () => {
  expect(Array.from({ length: 20 }, (_, index) => ({ type: "frame", dir: "rx", text: "reading " + n + " " + index }))).toMatchSnapshot();
});\n`,
  );
  const vitest = (...args: string[]): void =>
    void spawnSync(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", "--root", place, ...args], {
      stdio: "ignore",
    });
  vitest("--update");
  return cases / (await medianSeconds(1, () => vitest()));
}
