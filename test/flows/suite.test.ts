import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines } from "./command-line.ts";

const TAPE = [
  '{"type":"channel","at":0,"channel":0,"name":"a","kind":"stream","source":"here","settings":{}}',
  '{"type":"raw","at":5,"channel":0,"dir":"rx","text":"23.5\\n23"}',
  '{"type":"raw","at":9,"channel":0,"dir":"rx","text":".6\\n"}',
];

/** A folder with a corpus of one scenario of each given text, not accepted yet. */
function corpus(
  scenarios: Readonly<Record<string, { tape?: readonly string[]; extra?: string; subject?: string }>>,
): string {
  const folder = temporaryFolder();
  for (const [name, { tape = TAPE, extra = "", subject = "lines" }] of Object.entries(scenarios)) {
    const place = join(folder, "corpora", name);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "tape.jsonl"), `${tape.join("\n")}\n`);
    writeFileSync(
      join(place, "scenario.yaml"),
      `why: it must stay as it is\nprovenance: written for this test\nsubject: ${subject}\n${extra}`,
    );
  }
  return folder;
}

const run = (cwd: string, ...args: string[]) => fieldtape(["suite", "run", ...args], { cwd });
const accept = (cwd: string, ...args: string[]) => fieldtape(["suite", "accept", ...args], { cwd, env: { CI: "" } });

test("a new case is incomplete until its golden is accepted, and passes from then on", async () => {
  const cwd = corpus({ "text/meter": {} });
  const first = await run(cwd);
  expect(first.code).toBe(6);
  expect(first.stdout).toContain("new: text/meter");
  expect(existsSync(join(cwd, "corpora/text/meter/golden.jsonl"))).toBe(false);
  expect(readFileSync(join(cwd, ".fieldtape/pending/text/meter/golden.jsonl"), "utf8")).toContain('"text":"23.6"');

  expect(await accept(cwd, "text/meter", "--reason", "first golden")).toMatchObject({
    code: 0,
    stdout: "accepted: text/meter\n",
  });
  expect(await run(cwd)).toMatchObject({ code: 0, stdout: "" });
  const changes = readdirSync(join(cwd, "corpora/changes"));
  expect(changes).toHaveLength(1);
  expect(readFileSync(join(cwd, "corpora/changes", changes[0]!), "utf8")).toContain("reason: first golden");
});

test("what differs is shown at its first divergence, and nothing is written into the corpus", async () => {
  const cwd = corpus({ "text/a": {}, "text/b": {} });
  await accept(cwd, "text", "--reason", "first goldens");
  const golden = join(cwd, "corpora/text/b/golden.jsonl");
  const wrong = readFileSync(golden, "utf8").replace("23.6", "23.7");
  writeFileSync(golden, wrong);
  const { code, stdout } = await run(cwd);
  expect(code).toBe(1);
  expect(stdout).toContain("1 difference in 1 case: text/b");
  expect(stdout).toContain('value.text: "23.7" → "23.6"');
  expect(stdout).toContain("[32332e360a]"); // the bytes of the tape
  expect(stdout).not.toContain("text/a");
  expect(readFileSync(golden, "utf8")).toBe(wrong);
});

test("a program reads one line of JSON for each case, in the order of the corpus", async () => {
  const cwd = corpus({ "b/case": {}, "a/case": {}, "c/case": {} });
  await accept(cwd, "a", "c", "--reason", "first goldens");
  const { code, stdout } = await run(cwd, "--json", "--workers", "2");
  expect(code).toBe(6);
  expect(jsonLines(stdout).map(({ name, outcome }) => [name, (outcome as { type: string }).type])).toEqual([
    ["a/case", "passed"],
    ["b/case", "new"],
    ["c/case", "passed"],
  ]);
});

test("a part of the corpus names its cases as the whole does", async () => {
  const cwd = corpus({ "a/case": {}, "b/case": {} });
  const { stdout } = await run(cwd, "corpora/a", "--json");
  expect(jsonLines(stdout).map(({ name }) => name)).toEqual(["a/case"]);
});

test("a gap that nobody explains fails the case, and an explained one does not", async () => {
  const tape = [
    ...TAPE.slice(0, 2),
    '{"type":"gap","at":7,"channel":0,"dir":"rx","cause":"overrun","bytes":3}',
    ...TAPE.slice(2),
  ];
  const cwd = corpus({
    "gap/unexplained": { tape },
    "gap/explained": { tape, extra: "gaps: the line was pulled on purpose\n" },
  });
  const { code, stdout } = await run(cwd);
  expect(code).toBe(6);
  expect(stdout).toContain("unexplained: gap/unexplained");
  expect(stdout).toContain("new: gap/explained");
  expect((await accept(cwd, "gap", "--reason", "first goldens")).code).toBe(6);
  expect(existsSync(join(cwd, "corpora/gap/explained/golden.jsonl"))).toBe(false);
});

test("a golden without its scenario is an orphan", async () => {
  const cwd = corpus({ "a/case": {} });
  await accept(cwd, "a", "--reason", "first golden");
  mkdirSync(join(cwd, "corpora/left"));
  writeFileSync(join(cwd, "corpora/left/golden.jsonl"), "");
  const { code, stdout } = await run(cwd);
  expect(code).toBe(6);
  expect(stdout).toContain("orphan: left");
});

test.for([
  ["an unknown subject", { subject: "liens" }, 2, "invalid: a/case"],
  ["an option that is none", { extra: "options: { maximun: 5 }\n" }, 2, "maximun"],
  ["a tape that is no tape", { tape: ["rubbish"] }, 2, "invalid: a/case"],
  ["a key that is none", { extra: "sed: 3\n" }, 2, "sed: is no key of a scenario"],
] as const)("%s is that case's outcome", async ([, scenario, code, words]) => {
  const cwd = corpus({ "a/case": scenario, "b/case": {} });
  await accept(cwd, "b", "--reason", "first golden");
  const finished = await run(cwd);
  expect(finished.code).toBe(code);
  expect(finished.stdout).toContain(words);
  expect(finished.stderr).toContain("2 cases: 1 passed, 1 not");
});

test("a subject of one's own that hangs is ended, the other cases go on, and it cannot be accepted", async () => {
  const cwd = corpus({ "a/case": { subject: "stuck", extra: "limits: { wallMs: 4000 }\n" }, "b/case": {} });
  await accept(cwd, "b", "--reason", "first golden");
  writeFileSync(
    join(cwd, "stuck.mjs"),
    'export const PLUGIN_ABI = 1;\nexport const create = () => ({ framer: { name: "stuck", initial: () => ({}), deadline: () => undefined, step() { for (;;); } } });\n',
  );
  writeFileSync(join(cwd, "package.json"), "{}");
  writeFileSync(join(cwd, "fieldtape.config.json"), '{"subjects":{"stuck":{"module":"./stuck.mjs"}}}');
  const { code, stdout, stderr } = await run(cwd);
  expect(code).toBe(5);
  expect(stdout).toContain("hung: a/case");
  expect(stderr).toContain("2 cases: 1 passed, 1 not");
  const refused = await accept(cwd, "a", "b", "--reason", "it never ends");
  expect(refused).toMatchObject({ code: 5, stdout: expect.stringContaining("hung: a/case") });
});

test("a subject that ends its thread is that case's outcome, and the others of its batch are run all the same", async () => {
  const cwd = corpus({ "a/case": {}, "b/case": { subject: "leaving" }, "c/case": {} });
  await accept(cwd, "a", "c", "--reason", "first goldens");
  writeFileSync(
    join(cwd, "leaving.mjs"),
    'export const PLUGIN_ABI = 1;\nexport const create = () => ({ framer: { name: "leaving", initial: () => ({}), deadline: () => undefined, step() { process.exit(0); } } });\n',
  );
  writeFileSync(join(cwd, "package.json"), "{}");
  writeFileSync(join(cwd, "fieldtape.config.json"), '{"subjects":{"leaving":{"module":"./leaving.mjs"}}}');
  const { code, stdout, stderr } = await run(cwd, "--workers", "1");
  expect(code).toBe(5);
  expect(stdout).toContain("crashed: b/case");
  expect(stderr).toContain("3 cases: 2 passed, 1 not");
});

test("continuous integration never changes a golden", async () => {
  const cwd = corpus({ "a/case": {} });
  const { code, stderr } = await fieldtape(["suite", "accept", "a", "--reason", "x"], { cwd, env: { CI: "true" } });
  expect(code).toBe(2);
  expect(stderr).toContain("never changes a golden");
});

test("an empty or missing corpus is said, with the right exit code", async () => {
  const cwd = temporaryFolder();
  expect((await run(cwd)).code).toBe(2);
  mkdirSync(join(cwd, "corpora"));
  expect(await run(cwd)).toMatchObject({ code: 6, stderr: expect.stringContaining("no scenario below corpora") });
});

test("the list says what each case protects, and which ones are broken", async () => {
  const cwd = corpus({ "a/case": {}, "b/case": { extra: "sed: 3\n" } });
  const { code, stdout } = await fieldtape(["suite", "list"], { cwd });
  expect(code).toBe(2);
  expect(stdout).toMatch(/^a\/case .*it must stay as it is$/m);
  expect(stdout).toMatch(/^b\/case cannot be played: b\/case\/scenario\.yaml:4: sed: is no key/m);
});

test.for(["lint", "strength"])("a broken case does not keep suite %s from the others", async (command) => {
  const cwd = corpus({
    "a/case": { extra: "sed: 3\n" },
    "b/case": { extra: "golden: { rules: [{ mask: value.nothing }] }\n" },
  });
  const { code, stdout } = await fieldtape(["suite", command], { cwd });
  expect(code).toBe(2);
  expect(stdout).toContain("a/case cannot be played: a/case/scenario.yaml:4");
  expect(stdout).toContain(command === "lint" ? "b/case: golden.rules.0" : "b/case: does not notice");
});

test("a folder behind a variant is the corpus", async () => {
  const cwd = corpus({ "a/case": {}, "b/case": {} });
  const { stderr } = await run(cwd, "--variant", "arm", "corpora/a");
  expect(stderr).toContain("1 case: 0 passed");
});
