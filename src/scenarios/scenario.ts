import { lstatSync, readFileSync, type Stats, statSync } from "node:fs";
import { join, sep } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { FieldtapeError, systemCode } from "../errors.ts";
import { caseName, GOLDEN_FILE, SCENARIO_FILE, TAPE_FILES, variantFile } from "./case-folder.ts";
import { refuseEscape } from "./inside-corpus.ts";
import { parseScenario, type ScenarioFile } from "./schema.ts";
import { lineOf } from "./yaml-place.ts";

const SIZE_MAX = 64 * 1024;
const ALIAS_MAX = 10;
const DEPTH_MAX = 100;
const TOO_DEEP = "is nested too deeply";

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
  const files = new CaseFiles(corpus, folder);
  const file = files.first([SCENARIO_FILE]);
  if (file === undefined) throw noScenario(join(folder, SCENARIO_FILE));
  const settings = readScenarioFile(file);
  const tape = files.first(TAPE_FILES);
  if (tape === undefined) {
    throw new FieldtapeError("INCOMPLETE", `the scenario has no tape`, {
      file: folder,
      hint: "it must be named tape.jsonl or tape.jsonl.gz",
    });
  }
  const golden = files.first([...variants.map(variantFile), GOLDEN_FILE])?.path ?? join(folder, GOLDEN_FILE);
  return { name: caseName(corpus, folder), folder, tape: tape.path, golden, settings };
}

/** A file of a scenario's folder. */
interface CaseFile {
  readonly path: string;
  readonly size: number;
}

/** The files of a scenario's folder. They are asked for by name: listing the folder takes longer, and a corpus has thousands. */
class CaseFiles {
  readonly #corpus: string;
  readonly #folder: string;

  /** @throws FieldtapeError SCENARIO_INVALID for a folder outside the corpus, INCOMPLETE when there is none */
  constructor(corpus: string, folder: string) {
    this.#corpus = corpus;
    this.#folder = folder;
    try {
      refuseEscape(corpus, folder);
    } catch (cause) {
      if (cause instanceof FieldtapeError) throw cause;
      if (systemCode(cause) === "ENOENT") throw noScenario(folder);
      throw unreadable(folder, cause);
    }
  }

  /** The first of `names` that is there. @throws FieldtapeError SCENARIO_INVALID when that is no file, or a link out of the corpus */
  first(names: readonly string[]): CaseFile | undefined {
    for (const name of names) {
      const path = this.#folder + sep + name;
      const status = this.#statusOf(path);
      if (status === undefined) continue;
      // Reading a pipe would wait for ever for somebody who writes.
      if (!status.isFile()) throw new FieldtapeError("SCENARIO_INVALID", "is no file", { file: path });
      return { path, size: status.size };
    }
    return undefined;
  }

  #statusOf(path: string): Stats | undefined {
    try {
      const status = lstatSync(path, { throwIfNoEntry: false });
      if (!status?.isSymbolicLink()) return status;
      refuseEscape(this.#corpus, path);
      return statSync(path);
    } catch (cause) {
      if (cause instanceof FieldtapeError) throw cause;
      throw unreadable(path, cause);
    }
  }
}

const unreadable = (file: string, cause: unknown): FieldtapeError =>
  new FieldtapeError("INPUT_UNREADABLE", "cannot be read", { file, cause });

const noScenario = (file: string): FieldtapeError =>
  new FieldtapeError("INCOMPLETE", "there is no scenario here", { file });

function readScenarioFile({ path, size }: CaseFile): ScenarioFile {
  if (size > SIZE_MAX) throw new FieldtapeError("SCENARIO_INVALID", "is larger than 64 KiB", { file: path });
  const text = readText(path);
  const known = readBefore.get(text);
  if (known !== undefined) return known;
  const file = parseScenarioFile(text, path);
  if (readBefore.size >= REMEMBERED_MAX) readBefore.clear();
  readBefore.set(text, file);
  return file;
}

/** Generated cases have the same settings by the thousand, and reading YAML would be a quarter of what such a case takes. */
const readBefore = new Map<string, ScenarioFile>();
const REMEMBERED_MAX = 16;

function parseScenarioFile(text: string, path: string): ScenarioFile {
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
const yamlWords = (message: string): string => {
  const [first = ""] = message.split("\n");
  if (first.includes("multiple documents")) return "holds more than one document";
  return first.includes("call stack") ? TOO_DEEP : first.replace(/ at line [0-9]+, column [0-9]+:?$/, "");
};

function toValue(read: () => unknown, path: string): unknown {
  let value: unknown;
  try {
    value = read();
  } catch (cause) {
    throw new FieldtapeError("SCENARIO_INVALID", "uses too many aliases", { file: path, cause });
  }
  const problem = shapeProblem(value, []);
  if (problem === undefined) return value;
  throw new FieldtapeError("SCENARIO_INVALID", problem, { file: path });
}

/** What no JSON can be: it goes round in a circle, or down for ever. */
function shapeProblem(value: unknown, around: readonly unknown[]): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (around.includes(value)) return "an alias stands inside what it names";
  if (around.length === DEPTH_MAX) return TOO_DEEP;
  for (const member of Object.values(value)) {
    const problem = shapeProblem(member, [...around, value]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
