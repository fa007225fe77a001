import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TapeRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";
import { header, tapeBytes } from "../tape/tape-files.ts";
import { channel, raw } from "../tape/traffic.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines } from "./command-line.ts";

const records: TapeRecord[] = [
  channel(0, "stream", "plc"),
  channel(1, "stream", "meter"),
  { type: "link", at: nanos(0), channel: 0, event: "open" },
  ...Array.from({ length: 1000 }, (_, index) => raw((index + 1) * 1_000_000, index % 2, "rx", `line ${index}\r\n`)),
  { type: "mark", at: nanos(1_000_500_000), label: "pump \u001b[31mstopped" },
];
const bytes = tapeBytes(records);

function site(content: Uint8Array | string = bytes): string {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "site.tape.jsonl"), content);
  return cwd;
}
const tape = (cwd: string, name: string): Record<string, unknown>[] => jsonLines(readFileSync(join(cwd, name), "utf8"));

describe("tape inspect", () => {
  test("shows what a tape holds, without letting it move the cursor", async () => {
    const run = await fieldtape(["tape", "inspect", "site.tape.jsonl"], { cwd: site() });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("site.tape.jsonl: schema 2, ");
    expect(run.stdout).toContain("2026-11-20T12:00:00.000000Z to 2026-11-20T12:00:01.000500Z, 1.0005s");
    expect(run.stdout).toContain(
      "0 plc (stream, tcp:10.0.0.0:502): rx 4.9 kB in 500 reads, tx 0 bytes in 0 reads, link open",
    );
    expect(run.stdout).toContain("at 1.0005s: pump \ufffd[31mstopped");
    expect(run.stdout).toContain("hashes    whole (2 hash lines)");
    expect(run.stdout).not.toContain("\u001b");
  });

  test("tells a program the same as JSON, and at its ends only if asked", async () => {
    const cwd = site();
    const whole = await fieldtape(["tape", "inspect", "site.tape.jsonl", "--json"], { cwd });
    expect(jsonLines(whole.stdout)).toMatchObject([
      { duration: 1_000_500_000, closed: "stop", whole: { lines: 1007, survey: { marks: { count: 1 } } } },
    ]);
    const quick = await fieldtape(["tape", "inspect", "site.tape.jsonl", "--quick", "--json"], { cwd });
    expect(jsonLines(quick.stdout)[0]).toMatchObject({ duration: 1_000_500_000, closed: "stop" });
    expect(jsonLines(quick.stdout)[0]).not.toHaveProperty("whole");
  });

  test("of what is no tape says so, exit 2; of what is not there, exit 2", async () => {
    const cwd = site("hello\n");
    expect(await fieldtape(["tape", "inspect", "site.tape.jsonl"], { cwd })).toMatchObject({ code: 2, stdout: "" });
    const none = await fieldtape(["tape", "inspect", "none.tape.jsonl"], { cwd });
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expect(none.stderr).toContain("none.tape.jsonl");
  });
});

describe("tape check, recover and seal", () => {
  test("an edited tape is found out, and sealed it is whole", async () => {
    const cwd = site(bytes.toString().replace("line 500", "pump 500"));
    const found = await fieldtape(["tape", "check", "site.tape.jsonl"], { cwd });
    expect(found).toMatchObject({ code: 1, stderr: "" });
    expect(found.stdout).toMatch(/site\.tape\.jsonl: 1 thing is wrong/);
    expect(found.stdout).toMatch(/lines 1 to \d+ \(block 1\) do not match their hash/);
    expect(await fieldtape(["tape", "seal", "site.tape.jsonl"], { cwd })).toMatchObject({ code: 0, stdout: "" });
    expect(await fieldtape(["tape", "check", "site.tape.jsonl"], { cwd })).toMatchObject({ code: 0 });
    expect(readFileSync(join(cwd, "site.tape.jsonl"), "utf8")).toContain("pump 500");
  });

  test("a damaged tape is recovered beside itself, and what was lost is said", async () => {
    const cwd = site(Buffer.from(bytes).fill(0, 20_000, 20_100).subarray(0, -30));
    const damaged = readFileSync(join(cwd, "site.tape.jsonl"));
    const check = await fieldtape(["tape", "check", "site.tape.jsonl", "--json"], { cwd });
    expect(check.code).toBe(1);
    const run = await fieldtape(["tape", "recover", "site.tape.jsonl"], { cwd });
    expect(run).toMatchObject({ code: 0, stdout: "" });
    expect(run.stderr).toContain("100 of these bytes were NULs, as a power cut leaves them");
    expect(run.stderr).toContain("it was not closed cleanly");
    expect(await fieldtape(["tape", "check", "site.recovered.tape.jsonl"], { cwd })).toMatchObject({ code: 0 });
    expect(tape(cwd, "site.recovered.tape.jsonl").filter(({ cause }) => cause === "damage").length).toBe(2);
    expect(readFileSync(join(cwd, "site.tape.jsonl"))).toEqual(damaged);
    const again = await fieldtape(["tape", "recover", "site.tape.jsonl"], { cwd });
    expect(again).toMatchObject({ code: 2 });
    expect(again.stderr).toContain("--force");
    const json = await fieldtape(["tape", "recover", "site.tape.jsonl", "--force", "--json"], { cwd });
    expect(jsonLines(json.stdout)[0]).toMatchObject({ out: "site.recovered.tape.jsonl", nulBytes: 100 });
  });
});

describe("tape cut and merge", () => {
  test("a part is cut by time, by mark and by lines, and the parts are the tape again", async () => {
    const cwd = site();
    const cut = (...args: string[]) => fieldtape(["tape", "cut", "site.tape.jsonl", ...args], { cwd });
    expect(await cut("--until", "400ms", "-o", "a.tape.jsonl")).toMatchObject({ code: 0, stdout: "" });
    const second = await cut("--from", "400ms", "-o", "b.tape.jsonl");
    expect(second.stderr).toMatch(/^b\.tape\.jsonl: 605 records \(lines \d+ to the last, 3 of them said again\)\n$/);
    const merged = await fieldtape(["tape", "merge", "b.tape.jsonl", "a.tape.jsonl", "-o", "c.tape.jsonl"], { cwd });
    expect(merged).toMatchObject({ code: 0, stdout: "" });
    const say = (lines: Record<string, unknown>[]) =>
      lines.filter(({ type }) => !/header|block|end/.test(String(type)));
    expect(say(tape(cwd, "c.tape.jsonl"))).toEqual(say(tape(cwd, "site.tape.jsonl")));
    await cut("--lines", "10-12", "-o", "d.tape.jsonl");
    expect(say(tape(cwd, "d.tape.jsonl")).slice(3)).toEqual(tape(cwd, "site.tape.jsonl").slice(9, 12));
    const one = await cut("--channel", "meter", "--json");
    expect(jsonLines(one.stdout)).toMatchObject([{ out: "site.cut.tape.jsonl", fromLine: 1, records: 502 }]);
  });

  test.each([
    [["--from", "noon"], "is no place on a tape"],
    [["--lines", "5-4"], "are no lines"],
    [["--from", "9s"], "nothing lies in that range"],
    [["--from", "mark:none"], 'there is no mark "none"'],
    [["--channel", "pump"], "it has 0 (plc), 1 (meter)"],
    [["--lines", "1-2", "--from", "0"], "--from"],
  ])("%j is refused, exit 2, and leaves nothing behind", async (args, words) => {
    const cwd = site();
    const run = await fieldtape(["tape", "cut", "site.tape.jsonl", ...args], { cwd });
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain(words);
    expect(existsSync(join(cwd, "site.cut.tape.jsonl"))).toBe(false);
  });

  test("two recorders whose clocks differ are laid by a mark", async () => {
    const cwd = site();
    const other = tapeBytes([channel(0), { type: "mark", at: nanos(500_000), label: "sync" }], {
      head: { ...header, id: "other", started: "2031-01-01T00:00:00.000000Z" },
    });
    writeFileSync(join(cwd, "other.tape.jsonl"), other);
    const own = tapeBytes([...records.slice(0, 3), { type: "mark", at: nanos(2_000_000), label: "sync" }]);
    writeFileSync(join(cwd, "site.tape.jsonl"), own);
    const merge = ["tape", "merge", "site.tape.jsonl", "other.tape.jsonl", "-o", "both.tape.jsonl"];
    const apart = await fieldtape(merge, { cwd });
    expect(apart).toMatchObject({ code: 2 });
    expect(apart.stderr).toContain("--align");
    const run = await fieldtape([...merge, "--align", "sync"], { cwd });
    expect(run.stderr).toContain("other.tape.jsonl from 1.5ms");
    expect(
      tape(cwd, "both.tape.jsonl")
        .filter(({ type }) => type === "mark")
        .map(({ at }) => at),
    ).toEqual([2e6, 2e6]);
  });
});

test("tape attach puts a picture onto a tape, and checking the tape checks it", async () => {
  const cwd = site();
  writeFileSync(join(cwd, "cabinet.jpg"), "not really a picture");
  const args = ["tape", "attach", "site.tape.jsonl", "cabinet.jpg", "--at", "500ms", "--channel", "plc", "--json"];
  const run = await fieldtape(args, { cwd });
  const [record] = jsonLines(run.stdout);
  expect(record).toMatchObject({ type: "blob", at: 500_000_000, channel: 0, media: "image/jpeg", name: "cabinet.jpg" });
  expect(tape(cwd, "site.tape.jsonl")).toContainEqual(record);
  expect(await fieldtape(["tape", "check", "site.tape.jsonl"], { cwd })).toMatchObject({ code: 0 });
  writeFileSync(join(cwd, "site.tape.jsonl.blobs", String(record?.["sha256"])), "another");
  const check = await fieldtape(["tape", "check", "site.tape.jsonl"], { cwd });
  expect(check).toMatchObject({ code: 1 });
  expect(check.stdout).toContain("has another size");
});
