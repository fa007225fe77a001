import { once } from "node:events";
import { truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";

const HEADER =
  '{"type":"header","format":"fieldtape","schema":2,"id":"x","started":"2026-01-01T00:00:00.000000Z","segment":0,"offset":"0","previous":null,"recorder":{"version":"x","git":"x"},"requires":[],"meta":{}}';
const LINES = [
  '{"type":"channel","at":0,"channel":0,"name":"a","kind":"stream","source":"here","settings":{}}',
  '{"type":"raw","at":5,"channel":0,"dir":"rx","text":"one\\n"}',
];
const GOOD = `${[HEADER, ...LINES].join("\n")}\n`;

/** A folder with one file of that content, called a.tape.jsonl. */
function folderWith(content: string | Uint8Array): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.tape.jsonl"), content);
  return folder;
}

const replay = (cwd: string, ...args: string[]) =>
  fieldtape(["replay", "a.tape.jsonl", "--subject", "lines", ...args], { cwd });

test.for([
  ["an empty file", "", "a.tape.jsonl"],
  ["binary rubbish", Uint8Array.from({ length: 4096 }, (_, n) => (n * 151) & 0xff), "a.tape.jsonl"],
  ["a tape of a later schema", GOOD.replace('"schema":2', '"schema":3'), "schema 3"],
  ["a tape that requires what is not known here", GOOD.replace('"requires":[]', '"requires":["teleport"]'), "teleport"],
  ["a line in the middle that is no record", `${GOOD}rubbish\n${LINES[1]}\n`, "a.tape.jsonl:4"],
  ["a time that goes back", `${GOOD}${LINES[1]!.replace('"at":5', '"at":4')}\n`, "a.tape.jsonl:4"],
] as const)("%s is malformed input, named with its place", async ([, content, named]) => {
  const { code, stdout, stderr } = await replay(folderWith(content));
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(named);
  expect(stderr).not.toContain("bug in fieldtape");
});

test("a line of two gigabytes is refused without reading it", async () => {
  const cwd = folderWith(`${GOOD}{"type":"mark","at":6,"label":"`);
  truncateSync(join(cwd, "a.tape.jsonl"), 2 ** 31);
  const { code, stderr } = await replay(cwd);
  expect(code).toBe(2);
  expect(stderr).toContain("a.tape.jsonl:4");
});

test("a tape that is not there is wrong usage", async () => {
  const { code, stderr } = await fieldtape(["replay", "b.tape.jsonl", "--subject", "lines"], { cwd: folderWith("") });
  expect(code).toBe(2);
  expect(stderr).toContain("b.tape.jsonl");
});

test("a tape that cannot be read is the outside's fault", async () => {
  const { code, stderr } = await fieldtape(["replay", ".", "--subject", "lines"], { cwd: temporaryFolder() });
  expect(code).toBe(3);
  expect(stderr).toContain("folder");
});

test("a replay without a subject names those that fit", async () => {
  const { code, stderr } = await fieldtape(["replay", "a.tape.jsonl"], { cwd: folderWith(GOOD) });
  expect(code).toBe(2);
  expect(stderr).toContain("lines");
});

test.for([
  ["an option that is none", ["--options", '{"maximun":3}'], "maximun"],
  ["options that are no JSON", ["--options", "{"], "--options"],
  ["a condition that cannot be read", ["--break", "value.state ="], "^"],
  ["a position that is none", ["--from", "yesterday"], "yesterday"],
] as const)("%s is wrong usage, with what would be right", async ([, args, named]) => {
  const { code, stderr } = await replay(folderWith(GOOD), ...args);
  expect(code).toBe(2);
  expect(stderr).toContain(named);
});

test("an unknown subject is wrong usage, with those there are", async () => {
  const { code, stderr } = await fieldtape(["replay", "a.tape.jsonl", "--subject", "liens"], { cwd: folderWith(GOOD) });
  expect(code).toBe(2);
  expect(stderr).toContain("length-prefixed");
});

test("an output that exists is kept unless forced", async () => {
  const cwd = folderWith(GOOD);
  writeFileSync(join(cwd, "out.tape.jsonl"), "mine");
  const refused = await replay(cwd, "--out", "out.tape.jsonl");
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("--force");
  expect((await replay(cwd, "--out", "out.tape.jsonl", "--force")).code).toBe(0);
});

test("a port in use is the outside's fault, and leaves no tape", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const cwd = temporaryFolder();
  const { code, stderr } = await fieldtape(["record", "tcp", "--listen", `127.0.0.1:${port}`, "-o", "a.tape.jsonl"], {
    cwd,
  });
  server.close();
  expect(code).toBe(3);
  expect(stderr).toContain(String(port));
});
