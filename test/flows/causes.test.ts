import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fieldtape, jsonLines } from "./command-line.ts";
import { renamedCorpus, writeDecoder } from "./generated-cases.ts";

const run = (cwd: string, ...args: string[]) => fieldtape(["suite", "run", ...args], { cwd });
const accept = (cwd: string, ...args: string[]) => fieldtape(["suite", "accept", ...args], { cwd, env: { CI: "" } });
const golden = (cwd: string, n: string) => readFileSync(join(cwd, `corpora/meter/case-${n}/golden.jsonl`), "utf8");

interface Caused {
  readonly cluster?: { readonly id: string; readonly signature: string };
}

async function causes(cwd: string): Promise<{ id: string; signature: string }[]> {
  const { stdout } = await run(cwd, "--json");
  return jsonLines(stdout).flatMap((line) => {
    const { cluster } = line as Caused;
    return cluster === undefined ? [] : [cluster];
  });
}

test("one renamed field over two hundred cases is one cause on one screen, and one decision accepts it", async () => {
  const cwd = renamedCorpus(200);
  const { code, stdout } = await run(cwd);
  expect(code).toBe(1);
  expect(stdout).toContain("cause 1 of 1");
  expect(stdout).toContain("meter frame value.reading renamed: value");
  expect(stdout).toContain("2000 differences in 200 cases: meter/case-0000");
  expect(stdout.split("\n").length).toBeLessThanOrEqual(60);
  const diff = readFileSync(join(cwd, ".fieldtape/pending/meter/case-0000/differences.jsonl"), "utf8");
  expect(jsonLines(diff)).toHaveLength(11);

  const [cause] = await causes(cwd);
  const accepted = await accept(cwd, "--cluster", cause!.id, "--reason", "reading is called value now");
  expect(accepted).toMatchObject({ code: 0, stdout: expect.stringContaining("accepted: meter/case-0000") });
  expect(accepted.stdout.split("\n").length).toBeLessThanOrEqual(60);
  expect(await run(cwd)).toMatchObject({ code: 0, stdout: "" });
  const changes = readdirSync(join(cwd, "corpora/changes"));
  expect(changes).toHaveLength(1);
  const change = readFileSync(join(cwd, "corpora/changes", changes[0]!), "utf8");
  expect(change).toContain("reason: reading is called value now");
  expect(change).toContain("meter/case-0199");
});

test("a case with a second cause stays as it is until both are accepted", async () => {
  const cwd = renamedCorpus(3);
  const before = golden(cwd, "0001");
  writeFileSync(join(cwd, "corpora/meter/case-0001/golden.jsonl"), before.replace('"reading":31', '"reading":"31"'));
  const found = await causes(cwd);
  const renamed = found.find(({ signature }) => signature.includes("renamed"));
  const one = await accept(cwd, "--cluster", renamed!.id, "--reason", "reading is called value now");
  expect(one.code).toBe(1);
  expect(one.stdout).toContain("accepted: meter/case-0000");
  expect(one.stdout).toContain("left as it is: meter/case-0001");
  expect(golden(cwd, "0001")).toContain('"reading":"31"');
  expect(golden(cwd, "0002")).toContain('"value":62');

  const all = (await causes(cwd)).flatMap(({ id }) => ["--cluster", id]);
  expect((await accept(cwd, ...all, "--reason", "both are right")).code).toBe(0);
  expect((await run(cwd)).code).toBe(0);
});

test("a cause that nothing has, and no reason, are refused and nothing is written", async () => {
  const cwd = renamedCorpus(1);
  const before = golden(cwd, "0000");
  const unknown = await accept(cwd, "--cluster", "0000000000", "--reason", "x");
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain("value.reading renamed");
  expect((await accept(cwd, "meter", "--reason", "  ")).code).toBe(2);
  expect((await accept(cwd, "--reason", "x")).code).toBe(2);
  expect(golden(cwd, "0000")).toBe(before);
});

test("a golden of another schema, a torn one and one of another mode are told by file and line, and nothing is written", async () => {
  const cwd = renamedCorpus(1, "reading");
  const file = join(cwd, "corpora/meter/case-0000/golden.jsonl");
  const header = '{"type":"header","format":"fieldtape","schema":3,"id":"x"}\n';
  const right = golden(cwd, "0000");
  for (const [text, words] of [
    [header + right, "schema 3"],
    [right.slice(0, 200), "golden.jsonl:2"],
    ['{"type":"output","at":0,"machine":"meter","value":{"type":"digest","records":1,"sha256":""}}\n', "mode is exact"],
  ] as const) {
    writeFileSync(file, text);
    const { code, stdout } = await run(cwd);
    expect(stdout).toContain(words);
    expect(code).toBe(2);
    expect(readFileSync(file, "utf8")).toBe(text);
  }
});

test("a golden of mode subset lets more be said, and one of mode digest only says that something changed", async () => {
  const cwd = renamedCorpus(1, "reading");
  const scenario = join(cwd, "corpora/meter/case-0000/scenario.yaml");
  const plain = readFileSync(scenario, "utf8");
  writeFileSync(scenario, `${plain}golden: { mode: subset }\n`);
  writeDecoder(cwd, "reading", ", more: true");
  expect(await run(cwd)).toMatchObject({ code: 0 });
  writeFileSync(scenario, `${plain}golden: { mode: digest }\n`);
  expect((await run(cwd)).code).toBe(2);
  expect((await accept(cwd, "meter", "--reason", "too large to keep")).code).toBe(0);
  expect(golden(cwd, "0000").split("\n")).toHaveLength(2);
  expect(await run(cwd)).toMatchObject({ code: 0 });
  writeDecoder(cwd, "reading");
  expect(await run(cwd)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("meter digest value.sha256 changed"),
  });
});

test("a variant has a golden of its own only where it says something else", async () => {
  const cwd = renamedCorpus(2, "reading");
  writeDecoder(cwd, "reading", ", more: true");
  expect((await run(cwd, "--variant", "arm")).code).toBe(1);
  expect((await accept(cwd, "meter/case-0000", "--variant", "arm", "--reason", "that build says more")).code).toBe(0);
  const { stdout } = await run(cwd, "--variant", "arm", "--json");
  expect(
    jsonLines(stdout).flatMap(({ outcome }) => (outcome === undefined ? [] : [(outcome as { type: string }).type])),
  ).toEqual(["passed", "different"]);
  writeDecoder(cwd, "reading");
  expect((await run(cwd)).code).toBe(0);
  await accept(cwd, "meter", "--variant", "arm", "--reason", "it is alike again");
  expect(readdirSync(join(cwd, "corpora/meter/case-0000"))).not.toContain("golden.arm.jsonl");
});
