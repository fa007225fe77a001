import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const DOCUMENT = readFileSync(join(ROOT, "docs/ota.md"), "utf8");

interface Reference {
  readonly path: string;
  /** How each test begins, or a part of it. */
  readonly names: readonly string[];
}

/** The rows of a section's table: what stands in the first column, and the tests that the last one names. */
function rowsOf(section: string): { name: string; references: Reference[] }[] {
  const [, body = ""] = DOCUMENT.split(`## ${section}\n`);
  const table = (body.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("| "));
  return table.slice(1).map((line) => {
    const cells = line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, ""));
    return { name: cells[0] ?? "", references: (cells.at(-1) ?? "").split(" · ").map(referenceOf) };
  });
}

function referenceOf(text: string): Reference {
  return {
    path: /^`([^`]+)`/.exec(text)?.[1] ?? "",
    names: [...text.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name),
  };
}

describe.each([
  ["Attacks and the tests that hold them off", 20],
  ["Faults and the tests that show what comes of them", 25],
])("%s", (section, least) => {
  const rows = rowsOf(section);

  test("has its rows", () => {
    expect(rows.length).toBeGreaterThanOrEqual(least);
  });

  test.each(rows.map(({ name, references }) => [name, references] as const))("%s", (_, references) => {
    for (const { path, names } of references) {
      if (path.startsWith("corpora/")) expect(existsSync(join(ROOT, path, "golden.jsonl")), path).toBe(true);
      else {
        const source = readFileSync(join(ROOT, "test", `${path}.test.ts`), "utf8");
        expect(names, path).not.toEqual([]);
        for (const name of names) expect(source, path).toContain(name);
      }
    }
  });
});
