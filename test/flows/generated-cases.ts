import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../temporary-folder.ts";

/**
 * A folder with a corpus of small cases that were accepted when the decoder still called its reading `reading`, and a decoder of one's own
 * that says `MEMBER` now.
 */
export function renamedCorpus(cases: number, member = "value"): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), "{}");
  writeDecoder(folder, member);
  writeFileSync(join(folder, "fieldtape.config.json"), '{"subjects":{"meter":{"module":"./meter.mjs"}}}');
  for (let n = 0; n < cases; n += 1)
    writeCase(join(folder, "corpora", "meter", `case-${String(n).padStart(4, "0")}`), n);
  return folder;
}

/** A decoder of fixed frames of two bytes that calls what it reads `member`; `extra` is added to every frame. */
export function writeDecoder(folder: string, member: string, extra = ""): void {
  writeFileSync(
    join(folder, "meter.mjs"),
    `export const PLUGIN_ABI = 1;
export const create = () => ({ framer: {
  name: "meter",
  initial: ({ dir }) => ({ dir, offset: 0, held: [] }),
  deadline: () => undefined,
  step(state, input) {
    const outputs = [];
    if (input.type === "bytes") for (const byte of input.bytes) {
      state.held.push(byte);
      if (state.held.length < 2) continue;
      outputs.push({ type: "frame", dir: state.dir, span: [state.offset, 2], ${member}: state.held[0] * 256 + state.held[1]${extra} });
      state.offset += 2;
      state.held = [];
    }
    return { state, outputs };
  },
} });
`,
  );
}

const FRAMES = 10;

function writeCase(place: string, n: number): void {
  mkdirSync(place, { recursive: true });
  const lines = [
    { type: "channel", at: 0, channel: 0, name: "a", kind: "stream", source: "here", settings: {} } as object,
  ];
  const golden: object[] = [];
  for (let index = 0; index < FRAMES; index += 1) {
    const at = 1_000 * (index + 1);
    const reading = (n * 31 + index * 7) % 65_536;
    const bytes = Buffer.from([reading >> 8, reading & 255]);
    lines.push({ type: "raw", at, channel: 0, dir: "rx", b64: bytes.toString("base64") });
    const value = { type: "frame", dir: "rx", span: [2 * index, 2], reading };
    golden.push({ type: "output", at, machine: "meter", channel: 0, value });
  }
  writeFileSync(join(place, "tape.jsonl"), text(lines));
  writeFileSync(join(place, "golden.jsonl"), text(golden));
  writeFileSync(join(place, "scenario.yaml"), "why: it must stay as it is\nprovenance: generated\nsubject: meter\n");
}

const text = (records: readonly object[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join("");
