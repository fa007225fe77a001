import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import { FieldtapeError, systemCode } from "../errors.ts";
import { caseName, GOLDEN_FILE, SCENARIO_FILE, TAPE_FILES, variantFile } from "./case-folder.ts";
import { refuseEscape } from "./inside-corpus.ts";
import { parseScenario, type ScenarioFile } from "./schema.ts";

const SIZE_MAX = 64 * 1024;
const ALIAS_MAX = 10;

/** One folder of the corpus, read and checked. */
export interface Scenario {
  /** Its place below the corpus, with `/` on every platform: what reports and filters call it. */
  readonly name: string;
  readonly folder: string;
  readonly tape: string;
  /** Where its golden stands, or would stand. */
  readonly golden: string;
  readonly settings: ScenarioFile;
}

/**
 * Reads the scenario in `folder`, which lies below `corpus`.
 *
 * @throws FieldtapeError SCENARIO_INVALID naming file, line and key; INCOMPLETE when its tape is missing.
 */
export async function loadScenario(
  corpus: string,
  folder: string,
  variants: readonly string[] = [],
): Promise<Scenario> {
  refuseEscape(corpus, folder);
  const path = join(folder, SCENARIO_FILE);
  if (existsSync(path)) refuseEscape(corpus, path);
  const settings = readScenarioFile(path);
  const tape = TAPE_FILES.map((name) => join(folder, name)).find((candidate) => existsSync(candidate));
  if (tape === undefined) {
    throw new FieldtapeError("INCOMPLETE", `the scenario has no tape`, {
      file: folder,
      hint: "it must be named tape.jsonl or tape.jsonl.gz",
    });
  }
  refuseEscape(corpus, tape);
  refuseOther(tape);
  const goldens = [...variants.map(variantFile), GOLDEN_FILE].map((name) => join(folder, name));
  const golden = goldens.find((candidate) => existsSync(candidate)) ?? join(folder, GOLDEN_FILE);
  if (existsSync(golden)) {
    refuseEscape(corpus, golden);
    refuseOther(golden);
  }
  return { name: caseName(corpus, folder), folder, tape, golden, settings };
}

/** Reading a pipe would wait for ever for somebody who writes. */
function refuseOther(path: string): void {
  if (!statSync(path).isFile()) throw new FieldtapeError("SCENARIO_INVALID", "is no file", { file: path });
}

function readScenarioFile(path: string): ScenarioFile {
  const text = readText(path);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const error = document.errors[0];
  if (error !== undefined) {
    const line = lines.linePos(error.pos[0]).line;
    throw new FieldtapeError("SCENARIO_INVALID", yamlWords(error.message), { file: path, line });
  }
  const parsed = parseScenario(toValue(() => document.toJS({ maxAliasCount: ALIAS_MAX }), path));
  if ("file" in parsed) return parsed.file;
  const problem = parsed.problems[0] ?? { path: [], message: "is not valid" };
  throw new FieldtapeError("SCENARIO_INVALID", `${problem.path.join(".") || "(top)"}: ${problem.message}`, {
    file: path,
    line: lineOf(document, problem.path, lines),
    hint: "docs/writing-a-scenario.md lists the keys",
  });
}

/** The parser tells the place as well, and draws it. */
const yamlWords = (message: string): string =>
  message.split("\n")[0]?.replace(/ at line [0-9]+, column [0-9]+:?$/, "") ?? "";

/** The line of the value at `path`; of what stands around it when it is missing. */
function lineOf(document: Document, path: readonly (string | number)[], lines: LineCounter): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function toValue(read: () => unknown, path: string): unknown {
  try {
    return read();
  } catch (cause) {
    throw new FieldtapeError("SCENARIO_INVALID", "uses too many aliases", { file: path, cause });
  }
}

function readText(path: string): string {
  try {
    refuseOther(path);
    if (statSync(path).size > SIZE_MAX)
      throw new FieldtapeError("SCENARIO_INVALID", "is larger than 64 KiB", { file: path });
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof FieldtapeError) throw cause;
    if (systemCode(cause) === "ENOENT")
      throw new FieldtapeError("INCOMPLETE", "there is no scenario here", { file: path, cause });
    throw new FieldtapeError("INPUT_UNREADABLE", "cannot read the scenario", { file: path, cause });
  }
}
