import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** What `npm install` would bring: from here, so that no network is needed. */
function install(folder: string): void {
  mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
  symlinkSync(ROOT, join(folder, "node_modules/fieldtape"));
  for (const name of ["typescript", "@types/node", "undici-types"])
    symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
}

/** The scripts of its package.json, without npm. */
function npmTest(folder: string, name: string): string {
  const run = (...args: string[]) => execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  run("node_modules/typescript/bin/tsc");
  return run("--test", `dist/test/${name}.test.js`);
}

describe("a plug-in of one's own", () => {
  test.each(["framer", "session"])(
    "a new %s has tests that pass, obeys the laws, and its case passes",
    async (kind) => {
      const above = temporaryFolder();
      const made = await fieldtape(["plugin", "new", "cold-store", "--kind", kind], { cwd: above });
      expect(made.code).toBe(0);
      const folder = join(above, "cold-store");
      const manifest = readFileSync(join(folder, "package.json"), "utf8");
      expect(JSON.parse(manifest)).toMatchObject({ name: "cold-store", fieldtape: { abi: 1 } });
      expect(existsSync(join(folder, ".gitignore"))).toBe(true);
      install(folder);
      expect(npmTest(folder, "cold-store")).toMatch(/fail 0/);
      const checked = await fieldtape(["plugin", "check", ".", "--json"], { cwd: folder });
      const { laws } = JSON.parse(checked.stdout);
      expect(laws.filter(({ result }: { result: string }) => result !== "ok")).toEqual([]);
      expect(laws).toHaveLength(11);
      expect(checked.code).toBe(0);
      const suite = await fieldtape(["suite", "run", "corpora", "--relations"], { cwd: folder });
      expect(suite.stdout + suite.stderr).toMatch(/1 passed/);
      expect(suite.code).toBe(0);
    },
  );

  test("nothing that is there already is touched", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "mine"), "precious");
    const made = await fieldtape(["plugin", "new", "other", "--into", "mine"], { cwd });
    expect(made.code).toBe(2);
    expect(readFileSync(join(cwd, "mine"), "utf8")).toBe("precious");
    const named = await fieldtape(["plugin", "new", "../escaped"], { cwd });
    expect(named.code).toBe(2);
    expect(named.stderr).toContain("no name for a plug-in");
  });
});

/** A session over lines that says what `says` answers to a frame; `more` are other members of the machine. */
const session = (says: string, more = ""): string => `export const PLUGIN_ABI = 1;
export const create = () => ({ framer: { subject: "lines" }, session: {
  name: "watch", initial: () => ({ count: 0 }), deadline: () => undefined,
  step(state, input, at) {
    if (input.type !== "frame") return { state, outputs: [] };
    state.count += 1;
    return { state, outputs: [{ type: "say", value: { type: "state", state: ${says} } }] };
  }, ${more} } });`;

/** A framer that takes each read for a frame. */
const READS = `export const PLUGIN_ABI = 1;
export const create = () => ({ framer: {
  name: "reads", initial: ({ dir }) => ({ dir, offset: 0 }), deadline: () => undefined,
  step(state, input) {
    if (input.type !== "bytes") return { state, outputs: [] };
    const span = [state.offset, input.bytes.length];
    state.offset += OFFSET;
    return { state, outputs: [{ type: "frame", dir: state.dir, span }] };
  } } });`;

describe("the laws that a plug-in breaks", () => {
  test.each([
    ["asks for the date", session("Date.now() > 5"), "ambient", 1, /asks for Date/],
    ["throws dice", session("Math.random()"), "twice", 1, /played a second time, it says something else/],
    ["takes each read for a frame", READS.replace("OFFSET", "input.bytes.length"), "re-chunk", 1, /in single bytes/],
    ["says the same bytes twice", READS.replace("OFFSET", "0"), "places", 1, /having said those up to/],
    [
      "keeps an object of its own",
      session("state.count", "initial: () => new (class Store { count = 0 })()"),
      "warm-seek",
      5,
      /plain data/,
    ],
    [
      "stands still",
      session("0", "initial: () => ({ count: 0 }), deadline: () => 5"),
      "plays",
      5,
      /still asks for 5 ns/,
    ],
    ["throws while it is played", session("state.nothing.there"), "plays", 5, /hard inputs: .*undefined/],
    [
      "cannot be made",
      "export const PLUGIN_ABI = 1;\nexport const create = () => { throw new Error('no licence'); };",
      "loads",
      5,
      /no licence/,
    ],
    [
      "promises its machines",
      "export const PLUGIN_ABI = 1;\nexport const create = async () => ({ framer: { subject: 'lines' } });",
      "loads",
      1,
      /create\(\) returned a promise/,
    ],
    [
      "has no machines",
      "export const PLUGIN_ABI = 1;\nexport const create = () => ({});",
      "loads",
      1,
      /neither a framer nor a session/,
    ],
    ["is for another fieldtape", session("0").replace("= 1", "= 7"), "loads", 1, /ABI 7/],
  ] as const)("a module that %s: %#", async (_, source, law, code, words) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "plugin.mjs"), source);
    const run = await fieldtape(["plugin", "check", "plugin.mjs", "--json"], { cwd });
    const { laws } = JSON.parse(run.stdout);
    const failed = laws.filter(({ result }: { result: string }) => result === "failed");
    expect(failed.map((one: { law: string }) => one.law)).toContain(law);
    expect(failed.find((one: { law: string }) => one.law === law).why).toMatch(words);
    expect(run.code).toBe(code);
  });

  test("an old parser under the adapter may ask for the date, and says that it makes no snapshots", async () => {
    const example = join(ROOT, "docs/examples/legacy-modbus-watch.mjs");
    const run = await fieldtape(["plugin", "check", example]);
    expect(run.stdout).toMatch(/^ok {9}ambient/m);
    expect(run.stdout).toMatch(/^not tried {2}warm-seek/m);
    expect(run.code).toBe(0);
  });

  test("what is not there is said to be missing", async () => {
    const run = await fieldtape(["plugin", "check", "nowhere"], { cwd: temporaryFolder() });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("nowhere: there is no such package, module or subject");
  });
});
