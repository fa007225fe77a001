import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { needs } from "../needs.ts";
import { fieldtape, startFieldtape } from "./command-line.ts";
import { renamedCorpus } from "./generated-cases.ts";
import { openTestTerminal } from "./terminal.ts";

const review = (cwd: string, args: readonly string[] = [], input = "") =>
  fieldtape(["suite", "review", ...args], { cwd, input, env: { CI: "" } });
const changes = (cwd: string): readonly string[] => {
  const folder = join(cwd, "corpora", "changes");
  return existsSync(folder) ? readdirSync(folder) : [];
};
const reviewFile = (cwd: string) => JSON.parse(readFileSync(join(cwd, ".fieldtape/review.json"), "utf8"));

test("a review by commands shows the cause, takes a reason, and writes when it is told to", async () => {
  const cwd = renamedCorpus(3);
  const { code, stdout, stderr } = await review(
    cwd,
    [],
    "cases\naccept\nreject a bug\nundo\nnote ask Ada\naccept it is called value now\nlist\nwrite\n",
  );
  expect(stdout).toContain("cause 1 of 1, open");
  expect(stdout).toContain("meter/case-0002");
  expect(stderr).toContain("accept needs a reason behind it");
  expect(stdout).toContain("> 1  rejected: a bug");
  expect(stdout).toContain("note: ask Ada");
  expect(stdout).toContain("> 1  accepted: it is called value now");
  expect(stdout).toContain("accepted: meter/case-0000");
  expect(code).toBe(0);
  expect(changes(cwd)).toHaveLength(1);
  expect(await review(cwd)).toMatchObject({ code: 0, stderr: expect.stringContaining("nothing differs") });
});

test("a review whose input ends before it is told to write writes nothing", async () => {
  const cwd = renamedCorpus(2);
  const { code, stderr } = await review(cwd, [], "accept it is right\n");
  expect([code, changes(cwd)]).toEqual([1, []]);
  expect(stderr).toContain("nothing was written");
});

test("a rejection and a note are there again in the next review", async () => {
  const cwd = renamedCorpus(2);
  expect((await review(cwd, [], "reject it is a bug\nnote since Monday\nwrite\n")).code).toBe(1);
  expect(Object.values(reviewFile(cwd).rejected)).toEqual(["it is a bug"]);
  const { stdout } = await review(cwd, [], "quit\n");
  expect(stdout).toContain("rejected: it is a bug");
  expect(stdout).toContain("note: since Monday");
  expect(changes(cwd)).toEqual([]);
});

test("one decision can be given on the command line, with a reason and for a cause that there is", async () => {
  const cwd = renamedCorpus(2);
  const { stdout } = await review(cwd, [], "quit\n");
  const id = /--cluster ([0-9a-f]+)/.exec(stdout)?.[1] ?? "";
  expect((await review(cwd, ["--accept", id])).stderr).toContain("--reason must say why");
  expect((await review(cwd, ["--accept", "nothing", "--reason", "x"])).stderr).toContain(id);
  expect(await review(cwd, ["--accept", id, "--reason", "it is right"])).toMatchObject({ code: 0 });
});

test("of a variant, what is accepted becomes its golden, and the common one stays", async () => {
  const cwd = renamedCorpus(2);
  const variant = ["--variant", "arm"];
  const { stdout } = await review(cwd, variant, "quit\n");
  const id = /--cluster ([0-9a-f]+)/.exec(stdout)?.[1] ?? "";
  expect(await review(cwd, [...variant, "--accept", id, "--reason", "that build says so"])).toMatchObject({ code: 0 });
  expect(readdirSync(join(cwd, "corpora/meter/case-0000"))).toContain("golden.arm.jsonl");
  expect(await review(cwd, variant)).toMatchObject({ code: 0, stderr: expect.stringContaining("nothing differs") });
  expect((await review(cwd, [], "quit\n")).stdout).toContain("cause 1 of 1, open");
  expect((await review(cwd, ["--variant", "../x"])).stderr).toContain("is no name of a variant");
});

test("Ctrl-C ends a review that waits for a command", async () => {
  const cwd = renamedCorpus(1);
  const { child, finished } = startFieldtape(["suite", "review"], { cwd, env: { CI: "" } });
  await once(child.stdout, "data");
  child.kill("SIGINT");
  expect(await finished).toMatchObject({ code: 130 });
  expect(changes(cwd)).toEqual([]);
});

test("what a review cannot settle is told, and it does not end as if all were well", async () => {
  const cwd = renamedCorpus(2);
  rmSync(join(cwd, "corpora/meter/case-0001/golden.jsonl"));
  const { code, stderr } = await review(cwd, [], "accept it is called value now\nwrite\n");
  expect([code, stderr]).toEqual([6, expect.stringContaining("1 case did not pass for another reason (new)")]);
  expect(await review(cwd)).toMatchObject({ code: 6, stderr: expect.stringContaining("nothing differs") });
});

test("a folder behind the causes is the corpus, not one more cause", async () => {
  const cwd = renamedCorpus(2);
  const { code, stderr } = await review(cwd, ["--reject", "0000000000", "corpora/meter", "--reason", "x"]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('by a cause "0000000000"')]);
});

test("continuous integration is refused before anything is run", async () => {
  const { code, stderr } = await fieldtape(["suite", "review"], { cwd: renamedCorpus(1), env: { CI: "true" } });
  expect(code).toBe(2);
  expect(stderr).toContain("never changes a golden");
});

needs("tmux")("on a terminal a cause is looked at, accepted with a reason, and written", async () => {
  const cwd = renamedCorpus(4);
  // Set to nothing, it is no continuous integration; whoever draws must not take it for one.
  const terminal = openTestTerminal(cwd, ["suite", "review"], { env: ["CI="] });
  await terminal.shows(/0 of 1 causes decided[\s\S]*4 cases {6}\d+ differences {2}meter frame value\.reading renamed/);
  terminal.press("Right");
  await terminal.shows(/meter\/case-0003/);
  terminal.press("Right");
  await terminal.shows(/expected\n +1 {"type":"frame".*"reading":0}[\s\S]*said\n +1 {"type":"frame".*"value":0}/);
  terminal.press("a");
  await terminal.shows(/right, because:/);
  terminal.type("it is called value now");
  terminal.press("Enter");
  await terminal.shows(/1 of 1 causes decided/);
  terminal.press("q");
  await terminal.shows(/nothing is written yet/);
  terminal.press("w");
  await terminal.shows(/accepted: meter\/case-0000[\s\S]*exit 0/);
  expect(changes(cwd)).toHaveLength(1);
});

test("what is piped into a command is not taken for its argument", async () => {
  const { code, stdout } = await fieldtape(["suite", "list"], { cwd: renamedCorpus(1), input: "elsewhere\n" });
  expect([code, stdout.split(" ")[0]]).toEqual([0, "meter/case-0000"]);
});

test("a run leaves a page that shows each case with its timeline", async () => {
  const cwd = renamedCorpus(3);
  const { code } = await fieldtape(["suite", "run", "--report", "html=report.html"], { cwd });
  expect(code).toBe(1);
  const page = readFileSync(join(cwd, "report.html"), "utf8");
  expect(page.match(/<section class="panel" id="cause-/g)).toHaveLength(1);
  expect(page.match(/<div class="timeline">/g)).toHaveLength(3);
  expect(page).toContain("frames: 10 over the whole tape");
  expect(page).toContain("The red line: the first divergence, at 1us");
});
