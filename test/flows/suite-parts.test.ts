import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acceptAll, suite, writeCase, writtenCorpus } from "./suite-corpus.ts";

const SEVEN = Object.fromEntries(
  Array.from({ length: 7 }, (_, n) => [`${n % 2 === 0 ? "even" : "odd"}/${n}`, { text: `${n}\n` }]),
);

test("three parts put together are the same file as one run, whatever differs in it", async () => {
  const cwd = writtenCorpus(SEVEN);
  await acceptAll(cwd);
  writeCase(cwd, "odd/3", { text: "another\n" });
  writeCase(cwd, "even/new", {});
  writeCase(cwd, "odd/broken", { extra: "sed: 3\n" });
  const one = await suite(cwd, "run", "--result", "one.json");
  expect(one.code).toBe(2);
  for (const n of [1, 2, 3]) await suite(cwd, "run", "--shard", `${n}/3`, "--result", `part-${n}.json`);
  const merged = await suite(cwd, "merge", "part-3.json", "part-1.json", "part-2.json", "--result", "merged.json");
  expect(merged.code).toBe(2);
  expect(merged.stdout).toBe(one.stdout);
  expect(readFileSync(join(cwd, "merged.json"), "utf8")).toBe(readFileSync(join(cwd, "one.json"), "utf8"));

  rmSync(join(cwd, "part-2.json"));
  const missing = await suite(cwd, "merge", "part-1.json", "part-2.json", "part-3.json");
  expect(missing).toMatchObject({ code: 6, stderr: expect.stringContaining("part-2.json") });
  expect(await suite(cwd, "merge", "part-1.json", "part-3.json")).toMatchObject({
    code: 6,
    stderr: expect.stringContaining("part 2 of 3 is missing"),
  });
});

test("an unchanged case keeps its result, and a change of its tape, scenario or golden brings it back", async () => {
  const cwd = writtenCorpus({ "a/one": {}, "a/two": {} });
  await acceptAll(cwd);
  await suite(cwd, "run");
  expect((await suite(cwd, "run")).stderr).toContain("2 passed (2 of them unchanged since they last did)");
  expect((await suite(cwd, "run", "--no-cache")).stderr).toContain("2 cases: 2 passed, 0 not");
  writeCase(cwd, "a/two", { extra: "drainMs: 7\n" });
  expect((await suite(cwd, "run")).stderr).toContain("(1 of them unchanged");
  writeCase(cwd, "a/two", { text: "24\n", extra: "drainMs: 7\n" });
  expect(await suite(cwd, "run")).toMatchObject({ code: 1, stderr: expect.stringContaining("(1 of them unchanged") });
});

test("only what changed since a revision is run, and a revision that is an option is refused", async () => {
  const cwd = writtenCorpus({ "a/one": {}, "a/two": {}, "a/three": {} });
  await acceptAll(cwd);
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t.example", ...args], { cwd, stdio: "ignore" });
  git("init", "--quiet");
  git("add", "corpora");
  git("commit", "--quiet", "-m", "first");
  expect((await suite(cwd, "run", "--changed-since", "HEAD")).stderr).toContain("0 cases");
  writeCase(cwd, "a/two", { text: "24\n" });
  writeCase(cwd, "b/new", {});
  const { stdout, stderr } = await suite(cwd, "run", "--changed-since", "HEAD", "--json");
  expect(stderr).toContain("2 cases");
  expect(stdout).toContain("a/two");
  expect(stdout).toContain("b/new");
  expect(await suite(cwd, "run", "--changed-since", "--output=x")).toMatchObject({ code: 2 });
  expect(await suite(cwd, "run", "--changed-since=-x")).toMatchObject({ code: 2 });
  expect((await suite(cwd, "run", "--changed-since", "nowhere")).stderr).toContain("git cannot say what has changed");
});

test("a case in quarantine is told and does not count until its day is over", async () => {
  const until = (day: string) => ({ extra: `quarantine: { owner: ada, reason: the new probe, until: ${day} }\n` });
  const cwd = writtenCorpus({ "a/one": {}, "a/two": until("9999-12-31") });
  await acceptAll(cwd);
  writeCase(cwd, "a/two", { text: "24\n", ...until("9999-12-31") });
  const held = await suite(cwd, "run");
  expect(held).toMatchObject({ code: 0, stderr: expect.stringContaining("1 not (1 in quarantine)") });
  writeCase(cwd, "a/two", { text: "24\n", ...until("2026-01-01") });
  const over = await suite(cwd, "run");
  expect(over).toMatchObject({ code: 1, stderr: expect.stringContaining("1 not (1 whose quarantine is over)") });
});

test("a subject that lets out the time zone is unstable, told with its first differing record", async () => {
  const cwd = writtenCorpus({ "a/zone": { subject: "zoned" }, "b/steady": {} });
  writeFileSync(
    join(cwd, "zoned.mjs"),
    'export const PLUGIN_ABI = 1;\nexport const create = () => ({ framer: { name: "zoned", initial: () => ({}), deadline: () => undefined, step(state, input) { return { state, outputs: input.type === "bytes" ? [{ type: "frame", dir: "rx", span: [0, 1], zone: new Date(0).getTimezoneOffset() }] : [] }; } } });\n',
  );
  writeFileSync(join(cwd, "package.json"), "{}");
  writeFileSync(join(cwd, "fieldtape.config.json"), '{"subjects":{"zoned":{"module":"./zoned.mjs"}}}');
  await acceptAll(cwd);
  expect((await suite(cwd, "run")).code).toBe(0);
  const { code, stdout, stderr } = await suite(cwd, "run", "--determinism", "2");
  expect(code).toBe(4);
  expect(stdout).toContain("unstable: a/zone");
  expect(stdout).toContain("record 1");
  expect(stdout).toMatch(/first .*"zone":.*\n.*then .*"zone":/);
  expect(stderr).toContain("2 cases: 1 passed, 1 not");
});

test("a canary that is quiet makes the whole run untrusted", async () => {
  const cwd = writtenCorpus({ "a/one": {}, "canaries/quiet": {} });
  await acceptAll(cwd);
  writeCase(cwd, "canaries/quiet", { extra: "canary: fails\n" });
  const { code, stdout } = await suite(cwd, "run");
  expect(code).toBe(6);
  expect(stdout).toContain("untrusted: canaries/quiet");
  writeCase(cwd, "canaries/quiet", { text: "24\n", extra: "canary: fails\n" });
  expect((await suite(cwd, "run")).code).toBe(0);
});
