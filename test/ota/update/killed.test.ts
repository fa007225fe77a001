import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../../needs.ts";
import { bundled } from "../../programs/bundled.ts";
import { releases } from "./device.ts";

const place = mkdtempSync(join(tmpdir(), "fieldtape-killed-"));
const installed = join(place, "installed");
let program = "";

beforeAll(async () => {
  program = await bundled("update-device.ts", join(place, "update-device.mjs"));
  rmSync(installed, { recursive: true, force: true });
  cpSync(mkdtempSync(join(place, "empty-")), installed, { recursive: true });
  expect(session(installed, "install").outcome).toBe("committed");
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** How a session ended; killed before its Nth write, it has said nothing. */
function session(root: string, command: string, killAt?: number): { outcome?: string; writes?: number } {
  const args = [program, root, command, ...(killAt === undefined ? [] : [String(killAt)])];
  const { signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (signal === "SIGKILL") return {};
  expect(stderr).toBe("");
  return JSON.parse(stdout) as { outcome: string; writes: number };
}

function copyOf(root: string, name: string): string {
  const copy = join(place, name);
  cpSync(root, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** Each file of the current tree, by path and digest. */
function currentTree(root: string): string[] {
  const tree = realpathSync(join(root, "current"));
  return readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${relative(tree, path)} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`)
    .toSorted();
}

const treeOf = ({ components }: typeof releases.first): string[] =>
  components.flatMap(({ files }) => files.map(({ path, sha256 }) => `${path} ${sha256}`)).toSorted();

describe("a real process on a real disk", () => {
  test("killed before every eighth of its writes, it leaves the old or the new version, and a restart mends the rest", () => {
    const whole = session(copyOf(installed, "whole"), "update");
    expect(whole.outcome).toBe("committed");
    const ends: string[] = [];
    for (let kill = 1; kill <= (whole.writes ?? 0); kill += 8) {
      const root = copyOf(installed, `killed-${kill}`);
      expect(session(root, "update", kill)).toEqual({});
      expect([treeOf(releases.first), treeOf(releases.second)]).toContainEqual(currentTree(root));
      ends.push(session(root, "resume").outcome ?? "");
      expect([treeOf(releases.first), treeOf(releases.second)]).toContainEqual(currentTree(root));
      rmSync(root, { recursive: true });
    }
    expect(new Set(ends)).toEqual(new Set(["nothing", "committed"]));
  }, 120_000);

  test("killed again while it recovers, it still ends with one of them, and a recovery after that writes nothing", () => {
    const whole = session(copyOf(installed, "again"), "update");
    const root = copyOf(installed, "twice");
    // Right after the intention to switch was noted.
    expect(session(root, "update", (whole.writes ?? 0) - 11)).toEqual({});
    for (let kill = 1; kill <= 12; kill += 5) {
      const copy = copyOf(root, `twice-${kill}`);
      session(copy, "resume", kill);
      expect(session(copy, "resume").outcome).toMatch(/^(committed|nothing)$/);
      expect(currentTree(copy)).toEqual(treeOf(releases.second));
      expect(session(copy, "recover")).toEqual({ outcome: "nothing", writes: 0 });
    }
  }, 120_000);

  test("a first installation that was killed goes on when it is asked for again", () => {
    const whole = session(mkdtempSync(join(place, "first-")), "install");
    expect(whole.outcome).toBe("committed");
    const ends = new Set<string | undefined>();
    for (let kill = 2; kill <= (whole.writes ?? 0); kill += 7) {
      const root = mkdtempSync(join(place, "first-killed-"));
      expect(session(root, "install", kill)).toEqual({});
      ends.add(session(root, "install").outcome);
      expect(currentTree(root)).toEqual(treeOf(releases.first));
      expect(session(root, "install").outcome).toBe("failed");
    }
    expect(ends).toContain("committed");
    expect([...ends].filter((end) => end !== "committed" && end !== "failed")).toEqual([]);
  }, 120_000);

  needs("strace")(
    "what the system is asked: each file is written and synced before it gets its name, and the folder synced after it",
    () => {
      const root = copyOf(installed, "traced");
      const calls = "trace=write,pwrite64,fsync,rename,renameat,renameat2,symlink,symlinkat,unlink,unlinkat";
      const output = join(place, "trace");
      const traced = spawnSync("strace", [
        "-f",
        "-y",
        "-qq",
        "-s",
        "8",
        "-e",
        calls,
        "-o",
        output,
        process.execPath,
        program,
        root,
        "update",
      ]);
      expect(traced.status).toBe(0);
      const asked = readFileSync(output, "utf8")
        .split("\n")
        .flatMap((line) => called(line, root));
      expect(
        inOrder(asked, [
          "write .journal.jsonl",
          "fsync .journal.jsonl",
          "rename .journal.jsonl journal.jsonl",
          "fsync .",
        ]),
      ).toBe(true);
      expect(inOrder(asked, ["symlink .current", "rename .current current", "fsync ."])).toBe(true);
      const noted = asked.lastIndexOf("write journal.jsonl", asked.indexOf("symlink .current"));
      expect(asked.slice(noted, asked.indexOf("symlink .current"))).toEqual([
        "write journal.jsonl",
        "fsync journal.jsonl",
      ]);
      const named = asked.indexOf("rename versions/.2.0.0 versions/2.0.0");
      for (const file of ["bin/app", "lib/deep/core.bin", "plugins/serial.bin", "read-me.txt"]) {
        const path = `versions/.2.0.0/${file}`;
        const synced = asked.indexOf(`fsync ${path}`);
        expect(asked.lastIndexOf(`write ${path}`, named)).toBeLessThan(synced);
        expect(synced).toBeLessThan(named);
      }
      expect(asked[named + 1]).toBe("fsync versions");
    },
    60_000,
  );
});

/** A line of strace as the call and the paths in it that lie in the installation. */
function called(line: string, root: string): string[] {
  const name = /^\d+ +(?:pwrite64|(write)|(fsync)|(rename|symlink)(?:at2?)?)\(/.exec(line);
  if (name === null || line.includes("resumed>")) return [];
  const paths = [...line.matchAll(/[<"](\/[^">]*)[">]/g)]
    .map(([, path = ""]) => path)
    .filter((path) => path === root || path.startsWith(`${root}/`))
    .map((path) => relative(root, path) || ".");
  if (paths.length === 0) return [];
  const call = name[2] ?? name[3] ?? "write";
  return [`${call} ${paths.join(" ")}`];
}

/** Whether these follow each other directly. */
function inOrder(asked: readonly string[], wanted: readonly string[]): boolean {
  return asked.some((_, index) => wanted.every((one, offset) => asked[index + offset] === one));
}
