import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { discover } from "../../src/scenarios/discover.ts";
import { loadScenario } from "../../src/scenarios/scenario.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const GOOD = "why: a reply that comes late is told apart\nprovenance: recorded from a bench\nsubject: modbus-session\n";

function scenario(corpus: string, name: string, text: string | undefined = GOOD): string {
  const folder = join(corpus, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "scenario.yaml"), text);
  writeFileSync(join(folder, "tape.jsonl"), "");
  return folder;
}

const refusal = async (corpus: string, folder: string): Promise<unknown> =>
  loadScenario(corpus, folder).then(
    () => "accepted",
    (error: unknown) => error,
  );

test("a scenario is named by its place in the corpus and fills in what it leaves out", async () => {
  const corpus = temporaryFolder();
  const loaded = await loadScenario(corpus, scenario(corpus, "modbus/late"));
  expect(loaded.name).toBe("modbus/late");
  expect(loaded.settings).toMatchObject({ time: "recorded", seed: 0, drainMs: 1000, golden: { mode: "exact" } });
});

test.for([
  ["a misspelt key", `${GOOD}sed: 3\n`, "sed: is no key of a scenario", 4],
  ["a nested misspelt key", `${GOOD}golden:\n  mod: exact\n`, "golden.mod: is no key of a scenario", 5],
  ["a missing reason", "provenance: p\nsubject: lines\n", "why: ", 1],
  ["an empty reason", "why: ' '\nprovenance: p\nsubject: lines\n", "why: must say something", 1],
  ["a broken line", "why: [a\n", "", 2],
  ["a circle", `${GOOD}options: &a { x: *a }\n`, "an alias stands inside what it names", undefined],
  ["a very deep list", `${GOOD}options: ${"[".repeat(9_000)}${"]".repeat(9_000)}\n`, "is nested too deeply", 4],
  ["a deep list", `${GOOD}options: ${"[".repeat(150)}${"]".repeat(150)}\n`, "is nested too deeply", undefined],
  ["two documents", `${GOOD}---\nwhy: x\n`, "holds more than one document", 4],
  ["a key twice", `${GOOD}why: again\n`, "unique", 4],
] as const)("%s is refused with its file and line", async ([, text, message, line]) => {
  const corpus = temporaryFolder();
  const folder = scenario(corpus, "case", text);
  const error = await refusal(corpus, folder);
  expect(error).toMatchObject({ code: "SCENARIO_INVALID", file: join(folder, "scenario.yaml"), line });
  expect(String(error)).toContain(message);
});

test("a YAML bomb is refused before it is unfolded", async () => {
  const corpus = temporaryFolder();
  const levels = Array.from(
    { length: 12 },
    (_, n) =>
      `  l${n}: &l${n} [${
        n === 0
          ? "x"
          : Array(9)
              .fill(`*l${n - 1}`)
              .join(", ")
      }]`,
  );
  const folder = scenario(corpus, "bomb", `${GOOD}options:\n${levels.join("\n")}\n`);
  expect(await refusal(corpus, folder)).toMatchObject({ code: "SCENARIO_INVALID" });
});

test("a scenario without its tape is incomplete", async () => {
  const corpus = temporaryFolder();
  mkdirSync(join(corpus, "case"));
  writeFileSync(join(corpus, "case", "scenario.yaml"), GOOD);
  expect(await refusal(corpus, join(corpus, "case"))).toMatchObject({ code: "INCOMPLETE" });
});

test("a link that leads out of the corpus is refused", async () => {
  const outside = temporaryFolder();
  const corpus = temporaryFolder();
  scenario(outside, "secret");
  symlinkSync(join(outside, "secret"), join(corpus, "case"));
  expect(await refusal(corpus, join(corpus, "case"))).toMatchObject({ code: "SCENARIO_INVALID" });
});

test("a corpus is found in the same order on any machine, with its orphans", async () => {
  const corpus = temporaryFolder();
  for (const name of ["b/case", "a/ü", "a/Z", "a/a", ".hidden/case"]) scenario(corpus, name);
  mkdirSync(join(corpus, "left"));
  writeFileSync(join(corpus, "left", "golden.jsonl"), "");
  const found = await discover(corpus);
  expect(found.folders).toEqual(["a/Z", "a/a", "a/ü", "b/case"].map((name) => join(corpus, name)));
  expect(found.orphans).toEqual([join(corpus, "left")]);
});
