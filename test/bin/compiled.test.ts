import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";

const COMPILED = resolve("bin/compiled.js");

let folder: string;
let program: string;
beforeEach(() => {
  folder = temporaryFolder();
  program = join(folder, "program.cjs");
  writeFileSync(program, 'process.stdout.write("first");');
  node(`const keep = require(${JSON.stringify(COMPILED)}).recordCompiled(${JSON.stringify(folder)});
    require(${JSON.stringify(program)}); keep();`);
  // V8 looks at the length alone: which of the two ran shows where it came from. A build puts both in place together.
  writeFileSync(program, 'process.stdout.write("other");');
});

function node(script: string, ...flags: readonly string[]): string {
  return execFileSync(process.execPath, [...flags, "-e", script], { encoding: "utf8" });
}

const started = (...flags: readonly string[]): string =>
  node(
    `require(${JSON.stringify(COMPILED)}).useCompiled(${JSON.stringify(folder)}); require(${JSON.stringify(program)});`,
    ...flags,
  );

const kept = (): string => join(folder, readdirSync(folder).find((name) => name.startsWith("compiled-"))!);

test("what was compiled is not compiled again", () => {
  expect(started()).toBe("first");
});

test("what another V8 compiled, or one with other flags, is not looked at", () => {
  expect(started("--no-opt")).toBe("other");
});

test("a program of another length is compiled anew", () => {
  writeFileSync(program, 'process.stdout.write("longer than it was");');
  expect(started()).toBe("longer than it was");
});

test.each([
  ["empty", (): Buffer => Buffer.alloc(0)],
  ["cut in its list", (bytes: Buffer): Buffer => bytes.subarray(0, 20)],
  ["cut in what was compiled", (bytes: Buffer): Buffer => bytes.subarray(0, -10)],
  ["of something else", (): Buffer => Buffer.from("not what it should be, by far")],
])("a file that is %s does no harm", (_name, damaged) => {
  writeFileSync(kept(), damaged(readFileSync(kept())));
  expect(started()).toBe("other");
});

test("this build starts with what was compiled for it: none of it is refused", () => {
  const watch = join(folder, "watch.cjs");
  writeFileSync(
    watch,
    `const vm = require("node:vm");
    const seen = { taken: 0, refused: 0 };
    vm.Script = class extends vm.Script {
      constructor(code, options) {
        super(code, options);
        if (options.cachedData) seen[this.cachedDataRejected ? "refused" : "taken"] += 1;
      }
    };
    process.on("exit", () => process.stderr.write(JSON.stringify(seen)));`,
  );
  const { stderr } = spawnSync(process.execPath, ["-r", watch, resolve("bin/run.js"), "--help"], { encoding: "utf8" });
  expect(JSON.parse(stderr)).toEqual({ taken: expect.any(Number), refused: 0 });
  expect(JSON.parse(stderr).taken).toBeGreaterThan(0);
});
