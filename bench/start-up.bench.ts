import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Bench, medianSeconds } from "./row.ts";

/** How long a person waits for a plain command. The peer is an empty program: nothing in Node starts faster. */
export const startUp: Bench = async ({ quick, root }) => {
  const runs = quick ? 2 : 9;
  const program = join(root, "bin", "run.js");
  const milliseconds = async (...args: string[]): Promise<number> =>
    (await medianSeconds(runs, () => void spawnSync(process.execPath, args, { stdio: "ignore" }))) * 1000;
  const bare = { name: "empty program", figure: await milliseconds("-e", "") };
  const target = { compare: "at most", figure: 150 } as const;
  return [
    { work: "fieldtape --help", ours: await milliseconds(program, "--help"), unit: "ms", peer: bare, target },
    {
      work: "fieldtape replay --help",
      ours: await milliseconds(program, "replay", "--help"),
      unit: "ms",
      peer: bare,
      target,
    },
    {
      work: "fieldtape suite list (empty)",
      ours: await milliseconds(program, "suite", "list", "docs"),
      unit: "ms",
      peer: bare,
      target,
    },
  ];
};
