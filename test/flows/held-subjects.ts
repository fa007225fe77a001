import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "../temporary-folder.ts";
import { type Finished, fieldtape, type RunOptions } from "./command-line.ts";

/** Ten lines of text, one record each; record n stands on line n + 1 of the tape. */
export const TEN_LINES = [
  '{"type":"channel","at":0,"channel":0,"name":"a","kind":"stream","source":"here","settings":{}}',
  ...Array.from({ length: 10 }, (_, index) => JSON.stringify(rawLine(index + 1))),
];

/** Where line 7 of the text stands on the tape: what `onSeven` does, it does there. */
export const SEVEN = "a.tape.jsonl:8: ";

function rawLine(number: number): object {
  return { type: "raw", at: number * 1000, channel: 0, dir: "rx", text: `line ${number}\n` };
}

/** Soon over, so that tests are. */
export const LIMITS = { silenceMs: 1500, answerMs: 5000, memoryMiB: 160 };

/** A project in a folder of its own: the tape, other files by their place, and the configuration of its subjects. */
export function ownProject(
  subjects: Readonly<Record<string, object>>,
  files: Readonly<Record<string, string>>,
): string {
  const folder = temporaryFolder();
  const all = {
    "package.json": "{}",
    "a.tape.jsonl": `${TEN_LINES.join("\n")}\n`,
    "fieldtape.config.json": JSON.stringify({ subjects }),
    ...files,
  };
  for (const [place, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, place)), { recursive: true });
    writeFileSync(join(folder, place), text);
  }
  return folder;
}

/** A module that says every line, and does `action` when it hears the seventh. */
export function moduleOnSeven(action: string, imports = ""): string {
  return `${imports}
export const PLUGIN_ABI = 1;
const session = {
  name: "mine",
  initial: () => ({ lines: 0 }),
  deadline: () => undefined,
  step(state, input) {
    if (input.type !== "frame") return { state, outputs: [] };
    if (input.frame.text === "line 7") { ${action} }
    return { state: { lines: state.lines + 1 }, outputs: [{ type: "say", value: { type: "state", state: input.frame.text } }] };
  },
};
export const create = () => ({ framer: { subject: "lines" }, session });
`;
}

/** A program in Python that says every record, and does `action` (indented lines) when it hears the seventh. */
export function programOnSeven(action: string): string {
  const body = action.split("\n").map((line) => `            ${line}`);
  return `import json, os, sys, time

def say(value):
    sys.stdout.write(json.dumps(value, separators=(",", ":")) + "\\n")

for line in sys.stdin:
    told = json.loads(line)
    if told["type"] == "open":
        say({"type": "ready", "abi": 1})
        sys.stdout.flush()
    elif told["type"] == "raw":
        if told["text"] == "line 7\\n":
${body.join("\n")}
        say({"type": "output", "at": told["at"], "machine": "mine", "channel": 0, "value": told["text"]})
    elif told["type"] == "advance":
        say({"type": "done", "id": told["id"], "deadline": None})
        sys.stdout.flush()
`;
}

/** Plays the tape into a module of this source. Little memory is fieldtape's own, whatever the module does. */
export function playModule(source: string, ...args: string[]): Promise<Finished> {
  const cwd = ownProject({ mine: { module: "./mine/mine.mjs", limits: LIMITS } }, { "mine/mine.mjs": source });
  return playMine(cwd, ...args);
}

export function playProgram(source: string, ...args: string[]): Promise<Finished> {
  const cwd = ownProject({ mine: { command: ["python3", "mine.py"], limits: LIMITS } }, { "mine.py": source });
  return playMine(cwd, ...args);
}

export function playMine(cwd: string, ...args: string[]): Promise<Finished> {
  const options: RunOptions = { cwd, env: { NODE_OPTIONS: "--max-old-space-size=128" } };
  return fieldtape(["replay", "a.tape.jsonl", "-s", "mine", "--json", ...args], options);
}

/** Whether namespaces of its own can be given to a program here. */
export const hasNamespaces =
  spawnSync("unshare", ["--user", "--map-current-user", "--net", "--pid", "--fork", "true"]).status === 0;
