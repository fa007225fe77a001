import { Buffer } from "node:buffer";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { needs } from "../needs.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines } from "./command-line.ts";
import { inC, inPython, type Program } from "./own-subjects.ts";

/** A tape of these reads, as text where that says them. */
function tapeOf(reads: readonly Uint8Array[]): string {
  const lines = reads.map((bytes, index) => {
    const text = Buffer.from(bytes).toString("utf8");
    const isText = Buffer.from(text).equals(bytes) && !/[^\P{Cc}\t\n\r]/u.test(text);
    const payload = isText ? { text } : { b64: Buffer.from(bytes).toString("base64") };
    return JSON.stringify({ type: "raw", at: (index + 1) * 1000, channel: 0, dir: "rx", ...payload });
  });
  const channel = { type: "channel", at: 0, channel: 0, name: "line", kind: "stream", source: "tcp:a:1", settings: {} };
  return `${[JSON.stringify(channel), ...lines].join("\n")}\n`;
}

function project(named: object, reads: readonly Uint8Array[]): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(join(folder, "a.tape.jsonl"), tapeOf(reads));
  writeFileSync(join(folder, "fieldtape.config.json"), JSON.stringify({ subjects: { mine: named } }));
  return folder;
}

const LANGUAGES: readonly (readonly [name: string, needed: string, program: (source: Sources) => Program])[] = [
  ["Python", "python3", ({ python }) => inPython(python)],
  ["C", "cc", ({ c }) => inC(c)],
];

interface Sources {
  readonly python: string;
  readonly c: string;
}

/** Sends back what it hears. */
const ECHO: Sources = {
  python: `
from fieldtape import Subject, run
class Echo(Subject):
    role = "participant"
    def hear(self, record):
        if record["type"] == "raw":
            self.send(record["bytes"], record["channel"])
run(Echo)
`,
  c: `
#include <stdint.h>
#define FT_MACHINE "echo"
#define FT_ROLE "participant"
#define FT_TIMERS 1
struct ft_state { int nothing; };
#include "fieldtape.h"
static const char *ft_begin(const char *config) { (void)config; return NULL; }
static void ft_elapsed(int timer) { (void)timer; }
static void ft_hear(const struct ft_record *record) {
  if (strcmp(record->type, "raw") == 0) ft_send(record->channel, record->bytes, record->length);
}
int main(void) { return ft_run(); }
`,
};

/** Remembers more than one line of the protocol holds, and says its sum. */
const HOARDER: Sources = {
  python: `
from fieldtape import Subject, run
class Hoarder(Subject):
    machine = "hoarder"
    def hear(self, record):
        if record["type"] == "raw":
            hoard = bytearray(self.state.get("hoard", bytes(1500000)))
            hoard[len(record["bytes"]) * 100000] += 1
            self.state["hoard"] = bytes(hoard)
            self.say({"type": "state", "state": "sum", "sum": sum(hoard)}, 0)
run(Hoarder)
`,
  c: `
#include <stdint.h>
#define FT_MACHINE "hoarder"
#define FT_TIMERS 1
struct ft_state { unsigned char hoard[1500000]; };
#include "fieldtape.h"
static const char *ft_begin(const char *config) { (void)config; return NULL; }
static void ft_elapsed(int timer) { (void)timer; }
static void ft_hear(const struct ft_record *record) {
  long sum = 0;
  if (strcmp(record->type, "raw") != 0) return;
  ft.state.hoard[record->length * 100000]++;
  for (size_t i = 0; i < sizeof ft.state.hoard; i++) sum += ft.state.hoard[i];
  ft_say(0);
  printf("{\\"type\\":\\"state\\",\\"state\\":\\"sum\\",\\"sum\\":%ld}", sum);
  ft_said();
}
int main(void) { return ft_run(); }
`,
};

describe.each(LANGUAGES)("the shim in %s", (_, needed, program) => {
  needs(needed)("gives every byte as it stood on the wire, and sends every byte", async () => {
    const odd = ['"quoted\\" \\ and / \t', "Grüße, 温度, 😀\r\n", "\u2028 \u00a0", "x".repeat(70_000)];
    const reads = [...odd.map((text) => Buffer.from(text)), Uint8Array.from({ length: 256 }, (__, byte) => byte)];
    const cwd = project({ ...program(ECHO), role: "participant" }, reads);
    const run = await fieldtape(["replay", "a.tape.jsonl", "--subject", "mine", "--json"], { cwd });
    const sent = jsonLines(run.stdout).map(({ text, b64 }) =>
      Buffer.from(String(text ?? b64), text === undefined ? "base64" : "utf8"),
    );
    expect(sent.map((bytes) => bytes.toString("hex"))).toEqual(
      reads.map((bytes) => Buffer.from(bytes).toString("hex")),
    );
  });

  needs(needed)("takes snapshots that are longer than a line, and goes on from them", async () => {
    const cwd = project(
      program(HOARDER),
      ["a", "bb", "a", "ccc", "bb"].map((text) => Buffer.from(text)),
    );
    const run = await fieldtape(["plugin", "check", "mine", "--tape", "a.tape.jsonl", "--json"], { cwd });
    const { laws } = JSON.parse(run.stdout);
    expect(laws.find(({ law }: { law: string }) => law === "warm-seek")).toEqual({ law: "warm-seek", result: "ok" });
    expect(laws.find(({ law }: { law: string }) => law === "twice")).toEqual({ law: "twice", result: "ok" });
  });
});

test("a Node stream, which does its work in ticks, is an old parser too", async () => {
  const cwd = project(
    { module: "./stream.mjs" },
    ["ab", "c\n", "d\n"].map((text) => Buffer.from(text)),
  );
  writeFileSync(
    join(cwd, "stream.mjs"),
    `import { Transform } from "node:stream";
     import { legacyFramer } from "${join(import.meta.dirname, "../../dist/plugin/author.js")}";
     export const PLUGIN_ABI = 1;
     export const create = () => ({ framer: legacyFramer("stream", (wire) => {
       let rest = "";
       const lines = new Transform({ readableObjectMode: true, transform(chunk, _, done) {
         const parts = (rest + chunk).split("\\n"); rest = parts.pop();
         for (const part of parts) this.push(part);
         process.nextTick(done);
       } });
       lines.on("data", (line) => wire.frame({ line }, line + "\\n"));
       return (bytes) => { lines.write(bytes); };
     }) });`,
  );
  const run = await fieldtape(["replay", "a.tape.jsonl", "--subject", "mine", "--json"], { cwd });
  expect(jsonLines(run.stdout)).toMatchObject([
    { at: 2000, value: { line: "abc", span: [0, 4] } },
    { at: 3000, value: { line: "d", span: [4, 2] } },
  ]);
});
