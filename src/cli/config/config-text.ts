import { type Document, LineCounter, parseDocument } from "yaml";
import { FieldtapeError } from "../../errors.ts";
import { lineOf } from "../../scenarios/yaml-place.ts";

/** A configuration as a text that can be changed and pointed into: YAML, or JSON, which is YAML. */
export interface ConfigText {
  readonly document: Document;
  /** Where a key stands, or what is around it. */
  lineOf(path: readonly (string | number)[]): number;
}

/** @throws FieldtapeError CONFIG_INVALID with the line of what cannot be read */
export function parseConfigText(text: string, file: string): ConfigText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const words = error.message.split("\n")[0]?.replace(/ at line [0-9]+, column [0-9]+:?$/, "");
    const { line } = lines.linePos(error.pos[0]);
    throw new FieldtapeError("CONFIG_INVALID", `the configuration cannot be read: ${words}`, { file, line });
  }
  return { document, lineOf: (path) => lineOf(document, path, lines) };
}
