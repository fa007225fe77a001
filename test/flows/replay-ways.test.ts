import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { needs } from "../needs.ts";
import { fieldtape, startFieldtape } from "./command-line.ts";
import { METER, project } from "./replay-tapes.ts";
import { openTestTerminal } from "./terminal.ts";

const replay = (cwd: string, ...args: string[]) => fieldtape(["replay", "a.tape.jsonl", ...args], { cwd });

describe("around a replay", () => {
  test("a dry run counts, measures and finds what is odd, without a subject", async () => {
    const cwd = project(METER);
    const { code, stdout } = await replay(cwd, "--dry-run", "--speed", "2");
    expect(code).toBe(0);
    expect(stdout).toContain("8 records, 2.005s of tape");
    expect(stdout).toContain("rx 8 bytes in 3 reads, tx 16 bytes in 2 reads");
    expect(stdout).toContain("would play for 1.0025s");
    expect(stdout).toContain("it has no header");
    const json = await replay(cwd, "--dry-run", "--json", "--until", "1s");
    expect(JSON.parse(json.stdout)).toMatchObject({ duration: 1_000_000_000, types: { raw: 3 } });
  });

  test("played twice is held against a golden as well", async () => {
    const cwd = project(METER);
    expect((await replay(cwd, "-s", "lines", "--out", "golden.jsonl")).code).toBe(0);
    const same = await replay(cwd, "-s", "lines", "--twice", "--against", "golden.jsonl");
    expect(same).toMatchObject({ code: 0, stdout: "" });
    expect(same.stderr).toMatch(/no divergence: 4 outputs alike\nplayed twice, and the same came out/);
    writeFileSync(join(cwd, "golden.jsonl"), readFileSync(join(cwd, "golden.jsonl"), "utf8").replace("ack two", "nak"));
    const different = await replay(cwd, "-s", "lines", "--twice", "--against", "golden.jsonl");
    expect(different.code).toBe(1);
    expect(different.stdout).toMatch(/first divergence: a\.tape\.jsonl, line 7, at 1\.005s/);
    expect(different.stderr).toContain("played twice, and the same came out");
  });

  test("a loop plays so many rounds, or until Ctrl-C", async () => {
    const cwd = project(METER);
    const twice = await replay(cwd, "-s", "lines", "--json", "--loop", "2");
    const once = await replay(cwd, "-s", "lines", "--json");
    expect(twice.stdout).toBe(once.stdout.repeat(2));
    const endless = startFieldtape(["replay", "a.tape.jsonl", "-s", "lines", "--loop"], { cwd });
    await endless.stderrMatches(/(records.*\n.*){3}/);
    endless.child.kill("SIGINT");
    expect((await endless.finished).code).toBe(130);
  });

  test("steps are told from standard input", async () => {
    const cwd = project(METER);
    const input = 'step 2\nback\nseek line:6\n\nbreak value.text = "ack two"\nplay\nnonsense\nstate\n';
    const { code, stdout, stderr } = await fieldtape(["replay", "a.tape.jsonl", "-s", "lines", "--step"], {
      cwd,
      input,
    });
    expect(code).toBe(0);
    expect(stdout).toContain('       2       0.001000000  meter  rx  bytes  "one\\n"');
    expect(stdout).toMatch(/break: a\.tape\.jsonl, line 7, at 1\.005s/);
    expect(stderr).toMatch(/line 5, at 1\.002s, cold seek, 4 records replayed/);
    expect(stderr).toContain("nonsense");
  });

  test("Ctrl-C ends the wait for the next step", async () => {
    const args = ["replay", "a.tape.jsonl", "-s", "lines", "--step"];
    const { child, finished, stderrMatches } = startFieldtape(args, { cwd: project(METER) });
    await stderrMatches(/paused/);
    child.kill("SIGINT");
    expect(await finished).toMatchObject({ code: 130, stderr: expect.stringContaining("aborted") });
  });

  test("flags that do not go together are wrong usage, and nothing is done", async () => {
    const cwd = project(METER);
    const { code, stdout, stderr } = await replay(cwd, "-s", "lines", "--step", "--json");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("--step is for people");
  });

  needs("tmux", "bash")("keys step, step back, go to a place and stop at breakpoints on a terminal", async () => {
    const cwd = project(METER);
    const terminal = openTestTerminal(cwd, ["replay", "a.tape.jsonl", "-s", "lines", "--step", "--no-config"], {
      columns: 140,
    });
    await terminal.shows(/paused: line 0/);
    terminal.press("n", "n");
    await terminal.shows(/frame {2}lines {2}text=one[\s\S]*paused: line 2/);
    terminal.press("p");
    await terminal.shows(/paused: line 1, .*cold seek/);
    terminal.type("g1.5s");
    terminal.press("Enter");
    await terminal.shows(/seek 1\.5s[\s\S]*paused: line 7/);
    terminal.type("gline:2");
    terminal.press("Enter");
    terminal.type('bvalue.text = "two"');
    terminal.press("Enter", "c");
    await terminal.shows(/break: a\.tape\.jsonl, line 6, at 1\.002s/);
    terminal.press("q");
    await terminal.shows(/exit 0/);
  });
});
