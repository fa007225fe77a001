import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../temporary-folder.ts";
import { type Finished, fieldtape } from "./command-line.ts";

export interface WrittenCase {
  readonly text?: string;
  /** Lines of scenario.yaml besides why and provenance. */
  readonly extra?: string;
  readonly subject?: string;
}

/** A folder with a corpus of small cases of one line of text each, not accepted yet. */
export function writtenCorpus(cases: Readonly<Record<string, WrittenCase>>): string {
  const folder = temporaryFolder();
  for (const [name, written] of Object.entries(cases)) writeCase(folder, name, written);
  return folder;
}

export function writeCase(
  folder: string,
  name: string,
  { text = "23.5\n", extra = "", subject = "lines" }: WrittenCase,
): void {
  const place = join(folder, "corpora", name);
  mkdirSync(place, { recursive: true });
  const channel = { type: "channel", at: 0, channel: 0, name: "a", kind: "stream", source: "here", settings: {} };
  const raw = { type: "raw", at: 5, channel: 0, dir: "rx", text };
  writeFileSync(join(place, "tape.jsonl"), `${JSON.stringify(channel)}\n${JSON.stringify(raw)}\n`);
  writeFileSync(
    join(place, "scenario.yaml"),
    `why: it must stay as it is\nprovenance: written for this test\nsubject: ${subject}\n${extra}`,
  );
}

export const suite = (cwd: string, ...args: string[]): Promise<Finished> =>
  fieldtape(["suite", ...args], { cwd, env: { CI: "" } });

export const acceptAll = (cwd: string): Promise<Finished> => suite(cwd, "accept", ".", "--reason", "first goldens");
