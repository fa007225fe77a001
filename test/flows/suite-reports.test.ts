import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import type { CaseResult } from "../../src/scenarios/case-result.ts";
import { githubReport } from "../../src/scenarios/report/github.ts";
import { junitReport } from "../../src/scenarios/report/junit.ts";
import { needs } from "../needs.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";
import { acceptAll, suite, writeCase, writtenCorpus } from "./suite-corpus.ts";

const SCHEMA = resolve(import.meta.dirname, "schemas/junit.xsd");
const result = (name: string, outcome: CaseResult["outcome"], more: Partial<CaseResult> = {}): CaseResult => ({
  name,
  outcome,
  fed: 1,
  said: 1,
  ...more,
});

/** One of each kind, with what devices and people write into names and values. */
const RESULTS: readonly CaseResult[] = [
  result("modbus/fine", { type: "passed" }),
  result("modbus/hung", { type: "failed", code: "SUBJECT_HUNG", words: "did not end\nin time" }),
  result("top", { type: "new", pending: "x" }),
  result("odd/<&\"'>", { type: "unstable", words: "\u0000\u001b[31m ]]> \ud800 é" }),
  result(
    "odd/known",
    { type: "unmet", unmet: [{ key: "expect[0]", why: "50% | `late`", record: "{}" }] },
    {
      quarantine: { owner: "ada", reason: "the new probe", until: "2099-01-01", expired: false },
    },
  ),
];

needs("xmllint")("JUnit XML is valid against the schema of CI servers, whatever a device sent", () => {
  const folder = temporaryFolder();
  const file = join(folder, "junit.xml");
  writeFileSync(file, junitReport(RESULTS));
  const checked = spawnSync("xmllint", ["--noout", "--schema", SCHEMA, file], { encoding: "utf8" });
  expect(checked.stderr).toContain("validates");
  expect(checked.status).toBe(0);
  const text = readFileSync(file, "utf8");
  expect(text).toContain('<testsuites name="fieldtape" tests="5" failures="2" errors="1">');
  expect(text).toContain('<testsuite name="odd" tests="2" failures="1" errors="0" skipped="1">');
  writeFileSync(file, text.replace("<testcase name", "<testcase nme"));
  expect(spawnSync("xmllint", ["--noout", "--schema", SCHEMA, file]).status).not.toBe(0);
});

test("GitHub is told what counts, and nothing that a device sent is a command or Markdown", () => {
  const { annotations, summary } = githubReport(RESULTS, "corpora");
  expect(annotations).toHaveLength(3);
  expect(annotations[0]).toBe(
    "::error file=corpora/modbus/hung/scenario.yaml,title=hung%3A modbus/hung::did not end%0Ain time",
  );
  expect(annotations.join("")).not.toContain("\n");
  expect(summary).toContain("**5** cases, **1** passed, **3** failed, 1 in quarantine");
  expect(summary).not.toContain("<&");
  expect(summary.split("\n").filter((line) => line.startsWith("| <code>"))).toHaveLength(4);
});

test("a timeline shows what was heard, faults and all; where only playing tells of them, it says so", async () => {
  const cwd = writtenCorpus({
    plain: {},
    twice: { extra: "faults: [{ fault: duplicate, record: 2 }]\n" },
    waiting: { extra: "faults: [{ fault: drop, state: \"type = 'state'\" }]\n" },
  });
  await suite(cwd, "run", "--report", "html=report.html");
  const page = readFileSync(join(cwd, "report.html"), "utf8");
  const sections = Object.fromEntries(
    page.split('<section class="panel" id="case-').map((text) => [text.split('"')[0], text]),
  );
  expect(sections["plain"]).toContain("bytes rx: 5 over the whole tape");
  expect(sections["twice"]).toContain("bytes rx: 10 over the whole tape");
  expect(sections["waiting"]).toContain("bytes rx: 5 over the whole tape");
  const note = "drawn as it was recorded";
  expect([sections["plain"], sections["twice"], sections["waiting"]].map((text) => text?.includes(note))).toEqual([
    false,
    false,
    true,
  ]);
});

interface Workflow {
  readonly jobs: Readonly<
    Record<"part" | "whole", { strategy?: { matrix: { shard: number[] } }; steps: { run?: string }[] }>
  >;
}

test("the workflow in the docs does what it says: its parts put together are one run", async () => {
  const workflow: Workflow = parse(readFileSync(resolve(import.meta.dirname, "../../docs/github-actions.yml"), "utf8"));
  const commands = (job: "part" | "whole") =>
    workflow.jobs[job].steps.flatMap(({ run }) => (run?.startsWith("npx fieldtape ") === true ? [run] : []));
  const cwd = writtenCorpus(Object.fromEntries(["a/1", "a/2", "b/3", "b/4", "c/5"].map((name) => [name, {}])));
  await acceptAll(cwd);
  writeCase(cwd, "b/3", { text: "24\n" });
  const run = (command: string, shard = "") => {
    const args = command
      .replaceAll(/\$\{\{ matrix\.shard \}\}/g, shard)
      .replace("$GITHUB_STEP_SUMMARY", "summary.md")
      .split(" ");
    return fieldtape(args.slice(2), { cwd });
  };
  const [play] = commands("part");
  const [merge] = commands("whole");
  const shards = workflow.jobs.part.strategy!.matrix.shard;
  await Promise.all(shards.slice(1).map((shard) => run(play!, String(shard))));
  expect((await run(merge!)).code).toBe(6);
  await run(play!, "1");
  expect((await run(merge!)).code).toBe(1);
  await fieldtape(["suite", "run", "--result", "one.json"], { cwd });
  expect(readFileSync(join(cwd, "whole.json"), "utf8")).toBe(readFileSync(join(cwd, "one.json"), "utf8"));
  expect(readFileSync(join(cwd, "summary.md"), "utf8")).toContain("b/3");
  expect(readFileSync(join(cwd, "junit.xml"), "utf8")).toContain('tests="5" failures="1"');
}, 120_000);
