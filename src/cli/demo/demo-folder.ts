import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "../../errors.ts";
import { programRoot } from "../program-root.ts";

/** What the broken build of the example subject changes: it forgets that temperatures below zero are negative. */
const PATCH = {
  good: "const signed = (word) => (word > 0x7fff ? word - 0x10000 : word);",
  bad: "const signed = (word) => word;",
} as const;

export const TAPE = "demo.tape.jsonl";
export const SCENARIO = "cold-store/freezing";
export const BROKEN_CONFIG = "broken.config.json";

/** Writes what the demo plays with: a project with the example subject, and a broken build of it. */
export async function writeDemoFolder(folder: string): Promise<void> {
  const example = await readFile(join(programRoot(), "docs", "examples", "cold-store.mjs"), "utf8");
  assert(example.includes(PATCH.good), "the demo's patch no longer fits the example");
  await mkdir(folder, { recursive: true });
  const files: Readonly<Record<string, string>> = {
    "package.json": json({ private: true, type: "module" }),
    "cold-store.mjs": example,
    "cold-store-broken.mjs": example.replace(PATCH.good, PATCH.bad),
    "fieldtape.config.json": json({ subjects: { "cold-store": { module: "./cold-store.mjs" } } }),
    [BROKEN_CONFIG]: json({ subjects: { "cold-store": { module: "./cold-store-broken.mjs" } } }),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

/** Makes a regression case of the recorded tape. */
export async function writeDemoScenario(folder: string): Promise<void> {
  const place = join(folder, "corpora", SCENARIO);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, "tape.jsonl"), await readFile(join(folder, TAPE)));
  await writeFile(
    join(place, "scenario.yaml"),
    "why: temperatures below zero are negative\nprovenance: recorded by fieldtape demo from its simulated thermometer\nsubject: cold-store\n",
  );
  await writeFile(
    join(place, "README.md"),
    "# Freezing\n\nA cold store cools down until it freezes. Recorded by `fieldtape demo`.\n",
  );
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
