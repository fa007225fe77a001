import { Document, isMap, isScalar } from "yaml";
import { CONFIG_SCHEMA } from "./config-schema.ts";

/** One step from a schema of configurations to the next. It changes the document in place, so that comments stay. */
export interface ConfigStep {
  /** The schema that it starts from. */
  readonly from: number;
  change(document: Document): void;
}

/** Every step that there has been, in order. Each has a frozen sample in the tests. */
export const CONFIG_STEPS: readonly ConfigStep[] = [];

/** Brings a configuration to the newest schema, as far as there are steps, and writes down which one it has. @returns whether anything changed */
export function migrateDocument(document: Document, steps: readonly ConfigStep[] = CONFIG_STEPS): boolean {
  if (document.contents !== null && !isMap(document.contents)) return false;
  const written = document.get("schema");
  if (written !== undefined && typeof written !== "number") return false;
  // What names no schema is of the first one.
  let schema = written ?? 1;
  for (const step of steps) {
    if (step.from !== schema) continue;
    step.change(document);
    schema += 1;
  }
  if (schema === written || schema > Math.max(CONFIG_SCHEMA, ...steps.map(({ from }) => from + 1))) return false;
  setFirst(document, "schema", schema);
  return true;
}

/** The value of a configuration of any schema as one of the newest. */
export function migrateValue(value: unknown, steps: readonly ConfigStep[] = CONFIG_STEPS): unknown {
  if (steps.length === 0 || typeof value !== "object" || value === null) return value;
  const document = new Document(value);
  return migrateDocument(document, steps) ? document.toJS() : value;
}

/** A new key goes to the top, behind the file's own comment; one right above the first key stays with that key. */
function setFirst(document: Document, key: string, value: unknown): void {
  const { contents } = document;
  if (!isMap(contents) || contents.has(key)) {
    document.set(key, value);
    return;
  }
  const first = contents.items[0]?.key;
  const comment = isScalar(first) ? (first.commentBefore ?? "") : "";
  const gap = comment.lastIndexOf("\n\n");
  if (isScalar(first) && gap >= 0) {
    document.commentBefore = comment.slice(0, gap);
    first.commentBefore = comment.slice(gap + 2);
  }
  contents.items.unshift(document.createPair(key, value));
}
