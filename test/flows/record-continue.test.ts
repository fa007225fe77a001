import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { content, recordsOf } from "../tape/tape-files.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines } from "./command-line.ts";

const record = (cwd: string, input: string, ...more: string[]) =>
  fieldtape(["record", "stdin", "--no-config", "--quiet", "-o", "a.tape.jsonl", "--continue", ...more], { cwd, input });

test("a recording that is gone on with is one tape: same identity, chain and clock, and a gap where nobody recorded", async () => {
  const cwd = temporaryFolder();
  const path = join(cwd, "a.tape.jsonl");
  expect((await record(cwd, "one\n", "--meta", "site=north")).code).toBe(0);
  // What a killed recorder leaves: no end, the last line torn.
  const lines = readFileSync(path, "utf8").split("\n");
  const kept = lines.filter((line) => !line.startsWith('{"type":"end"') && !line.includes('"close"'));
  const torn = `${kept.join("\n")}{"type":"raw","at":12`;
  writeFileSync(path, torn);
  // And another one that had made its file and no more.
  writeFileSync(join(cwd, "a.0001.tape.jsonl"), "");
  expect((await record(cwd, "two\n")).code).toBe(0);
  expect((await record(cwd, "three\n")).code).toBe(0);
  expect(readFileSync(path, "utf8")).toBe(torn);
  const [first, second, third] = await Promise.all(
    [path, join(cwd, "a.0001.tape.jsonl"), join(cwd, "a.0002.tape.jsonl")].map(recordsOf),
  );
  const header = (records: typeof first) => records!.find((one) => one.type === "header")!;
  const { id, started, meta } = header(first);
  expect(header(second)).toMatchObject({ id, started, meta, segment: 1, previous: "0".repeat(64) });
  expect(header(third)).toMatchObject({ id, started, meta: { site: "north" }, segment: 2 });
  const { sha256: digits, at } = second!.find((one) => one.type === "end")!;
  expect(header(third)).toMatchObject({ previous: digits, offset: String(Number(header(second).offset) + at) });
  expect(content(second!).slice(0, 4)).toMatchObject([
    { type: "channel", at: 0, channel: 0, name: "stdin" },
    { type: "link", at: 0, event: "open" },
    { type: "gap", at: 0, cause: "paused" },
    { type: "link", at: 0, event: "lost" },
  ]);
  // The same wire is the same channel.
  expect(content(second!).filter(({ type }) => type === "raw")).toMatchObject([{ channel: 0 }]);
  for (const segment of ["a.0001.tape.jsonl", "a.0002.tape.jsonl"]) {
    expect((await fieldtape(["tape", "check", segment], { cwd })).code).toBe(0);
  }
  const frames = await fieldtape(["replay", "a.0001.tape.jsonl", "-s", "lines", "--json", "--no-config"], { cwd });
  expect(jsonLines(frames.stdout)).toMatchObject([{ value: { type: "frame", text: "two" } }]);
});

test("a tape that is not there is begun, and one without a header is not gone on with", async () => {
  const cwd = temporaryFolder();
  expect((await record(cwd, "one\n")).code).toBe(0);
  writeFileSync(join(cwd, "a.tape.jsonl"), '{"type":"mark","at":0,"label":"fragment"}\n');
  expect(await record(cwd, "two\n")).toMatchObject({ code: 2, stderr: expect.stringContaining("no header") });
  const forced = await record(cwd, "two\n", "--force");
  expect(forced.code).toBe(2);
});
