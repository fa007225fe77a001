import { readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { FieldtapeError } from "../errors.ts";
import type { CompiledFormat } from "../plugin/kaitai/compiled-format.ts";
import { parseYaml } from "./yaml-text.ts";

const COMPILER = "kaitai-struct-compiler";
const SIZE_MAX = 1024 * 1024;

/** What is used of the compiler, by its shape: the package is the user's own. */
interface Compiler {
  compile(
    language: string,
    format: unknown,
    importer: { importYaml(name: string, mode: string): Promise<unknown> },
    debug: boolean,
  ): Promise<Readonly<Record<string, string>>>;
}

/**
 * A format that is declared in a .ksy file, compiled with the Kaitai compiler that is installed beside it (or beside fieldtape): it is
 * under another licence than fieldtape and never part of it.
 *
 * @throws FieldtapeError INPUT_MISSING for the file or the compiler, INPUT_MALFORMED with the compiler's words
 */
export async function compileFormat(path: string): Promise<CompiledFormat> {
  const format = await readFormat(path);
  const id = idOf(format);
  if (id === undefined)
    throw new FieldtapeError("INPUT_MALFORMED", "the format has no id of lower-case letters, digits and _ under meta", {
      file: path,
    });
  const compiler = await findCompiler(path);
  const importer = { importYaml: (name: string, mode: string) => readImport(path, name, mode) };
  try {
    return { id, files: await compiler.compile("javascript", format, importer, false) };
  } catch (cause) {
    throw new FieldtapeError("INPUT_MALFORMED", `the Kaitai compiler refuses the format: ${compilerWords(cause)}`, {
      file: path,
      cause,
    });
  }
}

async function readFormat(path: string): Promise<unknown> {
  let text: string;
  try {
    if ((await stat(path)).size > SIZE_MAX)
      throw new FieldtapeError("LIMIT_EXCEEDED", "the format is larger than 1 MiB", { file: path });
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof FieldtapeError) throw cause;
    throw new FieldtapeError("INPUT_MISSING", "cannot read the format", { file: path, cause });
  }
  try {
    return parseYaml(text, 100);
  } catch (cause) {
    throw new FieldtapeError("INPUT_MALFORMED", `the format is no YAML: ${firstLine(cause)}`, { file: path, cause });
  }
}

/** `meta/imports`: from beside the format; there is no common library. */
function readImport(path: string, name: string, mode: string): Promise<unknown> {
  if (mode === "abs")
    throw new FieldtapeError("INPUT_MISSING", `the format imports /${name}, and there is no common library here`, {
      file: path,
      hint: "put it beside the format and import it by its name",
    });
  return readFormat(resolve(dirname(path), `${name}.ksy`));
}

function idOf(format: unknown): string | undefined {
  if (typeof format !== "object" || format === null || !("meta" in format)) return undefined;
  const { meta } = format;
  if (typeof meta !== "object" || meta === null || !("id" in meta) || typeof meta.id !== "string") return undefined;
  return /^[a-z][a-z0-9_]*$/.test(meta.id) ? meta.id : undefined;
}

async function findCompiler(path: string): Promise<Compiler> {
  const found = [path, import.meta.url].map(resolved).find((file) => file !== undefined);
  const loaded: unknown = found === undefined ? undefined : await import(pathToFileURL(found).href);
  const compiler: unknown =
    typeof loaded === "object" && loaded !== null && "default" in loaded ? loaded.default : undefined;
  if (isCompiler(compiler)) return compiler;
  throw new FieldtapeError("INPUT_MISSING", "the Kaitai compiler is not installed", {
    file: path,
    hint: `npm install --save-dev ${COMPILER}, in the project that the format belongs to (it is under the GPL, and so no part of fieldtape)`,
  });
}

function resolved(from: string): string | undefined {
  try {
    return createRequire(from).resolve(COMPILER);
  } catch {
    return undefined;
  }
}

function isCompiler(loaded: unknown): loaded is Compiler {
  return typeof loaded === "object" && loaded !== null && "compile" in loaded && typeof loaded.compile === "function";
}

const WORDS_MAX = 500;

/** All on one line: the first one says where, what is wrong stands below it. */
function compilerWords(thrown: unknown): string {
  const text = (thrown instanceof Error ? thrown.message : String(thrown)).replaceAll(/\s+/g, " ").trim();
  return text.length > WORDS_MAX ? `${text.slice(0, WORDS_MAX)}…` : text;
}

/** The compiler throws what is no Error. */
function firstLine(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.split("\n")[0] ?? "";
}
