import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../temporary-folder.ts";

const channel = (number: number, name: string): string =>
  `{"type":"channel","at":0,"channel":${number},"name":"${name}","kind":"stream","source":"tcp:10.0.0.1:5000","settings":{}}`;

const raw = (at: number, dir: "rx" | "tx", text: string, number = 0): string =>
  `{"type":"raw","at":${at},"channel":${number},"dir":"${dir}","text":${JSON.stringify(text)}}`;

/** A meter that is asked twice and says something by itself; one line is cut in two. No header: a fragment is a tape too. */
export const METER = [
  channel(0, "meter"),
  raw(1_000_000, "rx", "one\n"),
  raw(4_000_000, "tx", "ack one\n"),
  '{"type":"mark","at":900000000,"label":"operator pressed stop"}',
  raw(1_000_000_000, "rx", "tw"),
  raw(1_002_000_000, "rx", "o\n"),
  raw(1_005_000_000, "tx", "ack two\n"),
  '{"type":"end","at":1500000000,"records":7,"reason":"stop"}',
];

/** A project in a folder of its own, with this tape and these subjects of its own, each a module. */
export function project(tape: readonly string[], modules: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(join(folder, "a.tape.jsonl"), `${tape.join("\n")}\n`);
  const subjects: Record<string, { module: string }> = {};
  for (const [name, source] of Object.entries(modules)) {
    writeFileSync(join(folder, `${name}.mjs`), `export const PLUGIN_ABI = 1;\n${source}`);
    subjects[name] = { module: `./${name}.mjs` };
  }
  writeFileSync(join(folder, "fieldtape.config.json"), JSON.stringify({ subjects }));
  return folder;
}

/** A session over lines: `step(state, input, at)` and `deadline(state)` as source. */
const session = (role: string, name: string, step: string, deadline: string): string => `
export const create = (config) => ({
  role: ${JSON.stringify(role)},
  framer: { subject: "lines" },
  session: {
    name: ${JSON.stringify(name)},
    initial: () => ({ due: [] }),
    step(state, input, at) { const outputs = []; ${step}; return { state, outputs }; },
    deadline: (state) => ${deadline},
  },
});`;

/** Answers every line a little later with `ack` and the line; `--options '{"word":"nak"}'` says another word. */
export const ANSWERER = session(
  "participant",
  "answerer",
  `if (input.type === "frame") state.due.push({ at: at + 10e6, text: (config.word ?? "ack") + " " + input.frame.text + "\\n" });
   if (input.type === "elapsed") outputs.push({ type: "send", bytes: new TextEncoder().encode(state.due.shift().text) })`,
  "state.due[0]?.at",
);

/** Says another number every time. */
export const DICE = session(
  "observer",
  "dice",
  `if (input.type === "frame") outputs.push({ type: "say", value: { type: "state", state: "thrown", number: Math.random() } })`,
  "undefined",
);

/** Cannot bear the word "two". */
export const FRAGILE = session(
  "observer",
  "fragile",
  `if (input.type === "frame" && input.frame.text === "two") throw new Error("two is too much")`,
  "undefined",
);

/** Says what it is told, and wants to hear every second that time has passed. */
export const CLOCKWORK = session(
  "observer",
  "clockwork",
  `if (input.type === "frame") outputs.push({ type: "say", value: { type: "state", state: "heard" } });
   if (input.type === "elapsed") { state.due = at + 1e9; outputs.push({ type: "say", value: { type: "state", state: "tick" } }) }`,
  "typeof state.due === 'number' ? state.due : 1e9",
);
