import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/command-table.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const root = resolve(import.meta.dirname, "../..");

test("the packed program installs in an empty folder and runs there", () => {
  const folder = temporaryFolder();
  // The build is there already; building it again would pull it away under the other tests.
  const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
  });
  const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
  const paths = files.map(({ path }) => path);
  const needed = [
    "bin/run.js",
    "dist/cli/main.cjs",
    "dist/updater.js",
    "oclif.manifest.json",
    "CHANGELOG.md",
    "LICENSE",
  ];
  expect(paths).toEqual(expect.arrayContaining([...needed, "README.md", "docs/releasing.md"]));
  expect(paths.filter((path) => /^(src|test|bench|corpora|scripts)\//.test(path))).toEqual([]);

  const place = join(folder, "site");
  mkdirSync(place);
  writeFileSync(join(place, "package.json"), '{"private":true}');
  execFileSync("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, filename)], {
    cwd: place,
    stdio: "ignore",
  });
  const installed = (...args: string[]): string =>
    execFileSync(process.execPath, [join(place, "node_modules/fieldtape/bin/run.js"), ...args], {
      cwd: place,
      encoding: "utf8",
    });
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const manifest = JSON.parse(readFileSync(join(place, "node_modules/fieldtape/oclif.manifest.json"), "utf8"));
  expect(manifest.version).toBe(version);
  expect(Object.keys(manifest.commands).toSorted()).toEqual(Object.keys(COMMANDS).toSorted());
  expect(installed("--version")).toContain(`fieldtape/${version}`);
  writeFileSync(join(place, "bytes.log"), "one\ntwo\n");
  installed("import", "bytes.log", "--format", "raw", "-o", "a.tape.jsonl");
  expect(installed("replay", "a.tape.jsonl", "--subject", "lines", "--json")).toContain('"text":"two"');

  // A module of the user's own finds the adapters in what is installed; what is built to begin with is there.
  for (const file of ["old-nmea-parser.mjs", "legacy-nmea.mjs"])
    cpSync(join(place, "node_modules/fieldtape/docs/examples", file), join(place, file));
  const subjects = { old: { module: "./legacy-nmea.mjs" }, declared: { kaitai: "./modbus_tcp.ksy" } };
  writeFileSync(join(place, "fieldtape.config.json"), JSON.stringify({ subjects }));
  writeFileSync(join(place, "nmea.log"), "$GPGLL,5300.97914,N,00259.98174,E,125926,A*28\r\n");
  installed("import", "nmea.log", "--format", "raw", "-o", "nmea.tape.jsonl");
  expect(installed("replay", "nmea.tape.jsonl", "--subject", "old", "--json")).toContain('"formatter":"GLL"');
  expect(installed("plugin", "new", "mine")).toContain(join("src", "mine.ts"));
  // The Kaitai compiler is under another licence, and no part of what is installed.
  cpSync(join(place, "node_modules/fieldtape/docs/examples/modbus_tcp.ksy"), join(place, "modbus_tcp.ksy"));
  expect(() => installed("replay", "a.tape.jsonl", "--subject", "declared")).toThrow(
    /the Kaitai compiler is not installed\n {2}npm install --save-dev kaitai-struct-compiler/,
  );
}, 180_000);
