import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, extname, relative, resolve, sep } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { resolveSubject } from "../src/cli/subjects.ts";
import { goldenText } from "../src/scenarios/golden.ts";
import { play } from "../src/scenarios/play.ts";
import { loadScenario } from "../src/scenarios/scenario.ts";

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
    // The one home, and what puts the tape's time in its place for code that is stepped.
    const homes = new Set(["src/time/system-clock.ts", "src/plugin/virtual-globals.ts"]);
    const elsewhere = product.filter((path) => !homes.has(path));
    // A recording's identity and secrets are what chance decides; the wiring hands them in.
    const unwired = elsewhere.filter((path) => path !== "src/cli/wiring.ts");
    expect(offences(unwired, /\brandomUUID\b|\brandomBytes\b/, "chance")).toEqual([]);
    const ambient =
      /\bMath\.random\b|\bhrtime\b|\bgetRandomValues\b|\bnode:timers\b|\bnode:perf_hooks\b|toLocale|\bIntl\./;
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

/** Every case of the corpus that ships, as (suite, scenario) folders; canaries are there to fail. */
const cases = readdirSync(resolve(root, "corpora"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.name === "scenario.yaml")
  .map((entry) => entry.parentPath)
  .filter((folder) => basename(dirname(folder)) !== "canaries")
  .toSorted();

test("a replay asks nobody for the time, a timer or chance", async () => {
  const corpus = resolve(root, "corpora");
  const signal = new AbortController().signal;
  const scenarios = await Promise.all(cases.map((folder) => loadScenario(corpus, folder)));
  const playCase = async (index: number): Promise<string> => {
    const scenario = scenarios[index]!;
    const { subject, options } = scenario.settings;
    const resolved = await resolveSubject(subject, options, { config: {}, file: undefined });
    return goldenText((await play(scenario, resolved, signal)).said);
  };
  const all = async (): Promise<string[]> => {
    const texts: string[] = [];
    for (const index of scenarios.keys()) texts.push(await playCase(index));
    return texts;
  };
  const free = await all(); // loads what is loaded lazily
  const thrower = (name: string) =>
    vi.fn(() => {
      throw new Error(`${name} was asked`);
    });
  for (const name of ["Date", "performance", "setTimeout", "setInterval", "setImmediate", "fetch"])
    vi.stubGlobal(name, thrower(name));
  const random = Math.random;
  Math.random = thrower("Math.random");
  try {
    expect(await all()).toEqual(free);
  } finally {
    Math.random = random;
    vi.unstubAllGlobals();
  }
  expect(free.join("")).toBe(scenarios.map((scenario) => readFileSync(scenario.golden, "utf8")).join(""));
});

test("the corpus has no two cases with the same set of frames, states and faults", () => {
  const kinds = cases.map((folder) => {
    const said = readFileSync(resolve(folder, "golden.jsonl"), "utf8").trim().split("\n");
    const kind = said.map((line) => {
      const { type, machine, value } = JSON.parse(line) as {
        type: string;
        machine?: string;
        value?: Record<string, unknown>;
      };
      return [
        type,
        machine,
        value?.["type"],
        value?.["state"],
        value?.["after"],
        value?.["fault"],
        value?.["reason"],
        value?.["outcome"],
        // What an updater tells of its downloads, and for which command a device was started.
        Object.values(value?.["note"] ?? {}).filter((member) => typeof member === "string")[1],
        value?.["command"],
        // What it asked for, without digests and numbers; how much was not durable when the power went.
        String(value?.["to"]).replaceAll(/[0-9a-f]{16,}|[0-9]+/g, "#"),
        typeof value?.["of"] === "number" ? value["of"] : "",
        value?.["function"],
        value?.["formatter"],
        value?.["exception"] !== undefined,
      ].join(" ");
    });
    // A case may be there to show that a fault changes nothing.
    const faults = readFileSync(resolve(folder, "scenario.yaml"), "utf8").match(/fault: [a-z]+(-[a-z]+)*(?=,)/g) ?? [];
    return [...new Set(kind), ...new Set(faults)].toSorted().join("\n");
  });
  expect(new Set(kinds).size).toBe(cases.length);
  expect(cases.length).toBeGreaterThanOrEqual(25);
});

test("the README's exit codes are the program's", async () => {
  const { EXIT } = await import("../src/cli/exit.ts");
  const rows = [...readFileSync(resolve(root, "README.md"), "utf8").matchAll(/^\| (\d+) \| /gm)].map((match) =>
    Number(match[1]),
  );
  expect(rows).toEqual(Object.values(EXIT));
});

test("every command is in the README", async () => {
  const { COMMANDS } = await import("../src/cli/command-table.ts");
  const readme = readFileSync(resolve(root, "README.md"), "utf8");
  const words = Object.keys(COMMANDS).flatMap((name) => name.split(":"));
  expect(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(readme))).toEqual([]);
});

test("continuous integration installs every program that a test needs", () => {
  const wanted = [...readFileSync(resolve(root, ".ci/run"), "utf8").matchAll(/^wanted=\(([^)]*)\)/gm)].flatMap(
    (match) => (match[1] ?? "").split(/\s+/).map((pair) => pair.split(":")[0]),
  );
  const tests = readdirSync(resolve(root, "test"), { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.test\.tsx?$/.test(name),
  );
  const needed = tests.flatMap((name) =>
    [...readFileSync(resolve(root, "test", name), "utf8").matchAll(/\bneeds\(([^)]*)\)\(/g)].flatMap((match) =>
      [...(match[1] ?? "").matchAll(/"([^"]+)"/g)].map(([, program]) => program),
    ),
  );
  expect(needed.length).toBeGreaterThan(0);
  expect([...new Set(needed)].filter((program) => !wanted.includes(program)).toSorted()).toEqual([]);
});
