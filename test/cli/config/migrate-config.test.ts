import { expect, test } from "vitest";
import { type Document, parseDocument } from "yaml";
import { type ConfigStep, migrateDocument, migrateValue } from "../../../src/cli/config/migrate-config.ts";

const rename = (from: string, to: string) => (document: Document) => {
  const value = document.get(from, true);
  document.delete(from);
  if (value !== undefined) document.set(to, value);
};
/** As the steps of a later version might be. */
const STEPS: readonly ConfigStep[] = [
  { from: 1, change: rename("suites", "corpora") },
  { from: 2, change: rename("corpora", "collections") },
];

test("a configuration goes through every step from its own schema on, and keeps its comments", () => {
  const document = parseDocument(
    "# ours\n\n# the usual one\nsubject: lines # of the site\nsuites:\n  # nightly\n  all: corpora\n",
  );
  expect(migrateDocument(document, STEPS)).toBe(true);
  expect(document.toString()).toBe(
    "# ours\n\nschema: 3\n# the usual one\nsubject: lines # of the site\ncollections:\n  # nightly\n  all: corpora\n",
  );
  expect(migrateDocument(document, STEPS)).toBe(false);
});

test("what is read is what would be written", () => {
  expect(migrateValue({ schema: 2, corpora: { all: "c" } }, STEPS)).toEqual({ schema: 3, collections: { all: "c" } });
  expect(migrateValue({ schema: 7, corpora: {} }, STEPS)).toEqual({ schema: 7, corpora: {} });
});

test("a configuration that names no schema gets this one's number, and nothing else", () => {
  const document = parseDocument("subject: lines\n");
  expect(migrateDocument(document)).toBe(true);
  expect(document.toString()).toBe("schema: 1\nsubject: lines\n");
});

test.for(["schema: 9\n", "schema: new\n", "- a\n"])("%s is left as it is", (text) => {
  const document = parseDocument(text);
  expect(migrateDocument(document)).toBe(false);
  expect(document.toString()).toBe(text);
});
