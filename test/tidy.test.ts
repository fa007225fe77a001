import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, extname, relative, resolve, sep } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const files = ["src", "test", "bench", "docs"].flatMap((folder) =>
  readdirSync(resolve(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, resolve(entry.parentPath, entry.name)).split(sep).join("/")),
);
const sources = files.filter((path) => /^(src|test|bench)\/.*\.tsx?$/.test(path));
const product = sources.filter((path) => path.startsWith("src/"));
const text = (path: string): string => readFileSync(resolve(root, path), "utf8");

/** `file:line: why` for each line of the given files that the pattern matches. */
function offences(paths: readonly string[], pattern: RegExp, why: string): string[] {
  return paths.flatMap((path) =>
    text(path)
      .split("\n")
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1}: ${why}: ${line.trim().slice(0, 100)}`] : [],
      ),
  );
}

describe("house rules that no linter has", () => {
  test("a file is one concept on a few screens", () => {
    const long = product
      .map((path) => [path, text(path).split("\n").length] as const)
      .filter(([, lines]) => lines > 301);
    expect(long).toEqual([]);
  });

  test("a file is named for what it is", () => {
    const vague = new Set([
      "utils",
      "util",
      "helpers",
      "helper",
      "common",
      "types",
      "manager",
      "base",
      "index",
      "misc",
      "lib",
    ]);
    const named = sources.filter(
      (path) =>
        vague.has(basename(path, extname(path))) ||
        dirname(path)
          .split("/")
          .some((part) => vague.has(part)),
    );
    expect(named).toEqual([]);
  });

  test("nothing reads ambient time or chance outside its one home", () => {
    const elsewhere = product.filter((path) => path !== "src/time/system-clock.ts");
    // A recording's identity is the one thing that chance decides; the wiring hands it in.
    const unwired = elsewhere.filter((path) => path !== "src/cli/wiring.ts");
    expect(offences(unwired, /\brandomUUID\b/, "chance")).toEqual([]);
    const ambient =
      /\bMath\.random\b|\bhrtime\b|\brandomBytes\b|\bgetRandomValues\b|\bnode:timers\b|\bnode:perf_hooks\b|toLocale|\bIntl\./;
    expect(offences(elsewhere, ambient, "ambient")).toEqual([]);
  });

  test("no shell is ever called", () => {
    expect(offences(product, /\bexecSync\b|(?<!\.)\bexec\(|shell:\s*true/, "a shell")).toEqual([]);
  });

  test("streams are joined with pipeline, never with pipe", () => {
    expect(offences(product, /\.pipe\(/, "pipe")).toEqual([]);
  });

  test("types are not argued with", () => {
    expect(
      offences(sources, /@ts-(ignore|expect-error|nocheck)|\bas any\b|\bas unknown as\b/, "a forced type"),
    ).toEqual([]);
  });

  test("nothing is left for later", () => {
    const marker = new RegExp(["TO", "DO|FIX", "ME|X", "XX"].join(""));
    expect(offences(sources, marker, "left open")).toEqual([]);
    expect(offences(sources, /\b(it|test|describe)\.(only|todo)\b/, "left open")).toEqual([]);
  });

  test("imports say the file they mean", () => {
    expect(offences(sources, /from "\.{1,2}\/[^"]*(?<!\.tsx?|\.json)"/, "an import without its extension")).toEqual([]);
  });

  test("every file of src is in a room of the house", () => {
    const rooms =
      /^src\/(errors\.ts$|(bytes|time|machine|tape|link|protocol|simulator|recorder|replayer|ota|scenarios|plugin|bundle|cli)\/)/;
    expect(product.filter((path) => !rooms.test(path))).toEqual([]);
  });

  test("decisions are numbered without holes", () => {
    const numbers = files
      .filter((path) => path.startsWith("docs/adr/"))
      .map((path) => Number(basename(path).slice(0, 4)));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1));
  });
});
