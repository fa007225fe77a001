import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { versions } from "../../src/cli/version.ts";
import { billProblems } from "../bill-of-materials.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";
import { Device, ReleaseShop, servePlainly } from "./release-shop.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/**
 * The product's own pipeline without its tests (this is one of them), and without what an update does not need: every file is synced
 * several times on its way.
 */
const CONFIG = `import own from ${JSON.stringify("./release.config.mjs")};
const { release } = own;
const dependencies = ["ln", "-s", ${JSON.stringify(join(ROOT, "node_modules"))}, "node_modules"];
const payload = release.payload.filter((path) => path !== "docs");
const modules = { ...release.modules, bundled: [...release.modules.bundled, "bullmq", "ioredis", "age-encryption", "tar-stream", "ndjson"] };
export default { release: { ...release, tests: [], dependencies, payload, modules } };
`;

/** A project in git of its own with what stands in the working tree here. */
function ownProject(folder: string): void {
  const git = (cwd: string, ...args: readonly string[]): string => execFileSync("git", args, { cwd, encoding: "utf8" });
  mkdirSync(folder);
  const paths = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0");
  for (const path of paths.filter((one) => /^(src|scripts|bin|docs|[^/]+$)/.test(one) && one !== ""))
    cpSync(join(ROOT, path), join(folder, path));
  writeFileSync(join(folder, "quick.config.mjs"), CONFIG);
  git(folder, "init", "--quiet", "--initial-branch=main");
  git(folder, "config", "user.name", "Ada");
  git(folder, "config", "user.email", "ada@example.org");
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "-m", "all: everything");
}

test("a released fieldtape updates itself over the network, and goes back", async () => {
  const shop = await ReleaseShop.open(temporaryFolder());
  const project = join(shop.folder, "project");
  ownProject(project);
  const keys = ["--key", "../r1.key", "--key", "../r2.key", "--timestamp-key", "../time.key"];
  const release = async (...more: readonly string[]): Promise<{ version: string; folder: string }> => {
    const where = ["--config", "quick.config.mjs", "--trust", "../1.root.json", "--repo", "../repo", "--json"];
    const { code, stdout, stderr } = await fieldtape(["release", ...where, ...keys, ...more], { cwd: project });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return JSON.parse(stdout);
  };
  const older = await release();
  const newer = await release("--bump", "patch");

  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  expect(older.version).toBe(version);
  const names = readdirSync(older.folder);
  const bill = JSON.parse(readFileSync(join(older.folder, "sbom.cdx.json"), "utf8"));
  expect(billProblems(bill)).toEqual([]);
  const named = bill.components.map((one: { name: string }) => one.name);
  expect(named).toEqual(expect.arrayContaining(["@oclif/core", "serialport", "tweetnacl", "zod"]));
  expect(named, "what is for development is not shipped").not.toContain("vitest");
  const licences = readFileSync(join(older.folder, "THIRD-PARTY-LICENCES.txt"), "utf8");
  for (const one of bill.components) expect(licences).toContain(`\n${one.name} ${one.version}\n`);

  const device = new Device(shop);
  writeFileSync(join(shop.folder, "policy.json"), '{"health":{"command":["./bin/run.js","--version","--json"]}}');
  const pkg = names.find((name) => name.endsWith(".pkg"));
  await device.install(join(older.folder, pkg!), ["--policy", "policy.json"]);
  /** The installed program, from an empty folder: nothing of this project is near. */
  const away = temporaryFolder();
  const own = (...args: readonly string[]): Record<string, unknown> => {
    const program = join(device.place, "current", "bin", "run.js");
    return JSON.parse(execFileSync(process.execPath, [program, ...args, "--json"], { cwd: away, encoding: "utf8" }));
  };
  expect(own("--version")).toMatchObject({ app: older.version, platform: versions().platform });

  const url = await servePlainly(join(shop.folder, "repo"));
  const program = join(device.place, "current", "bin", "run.js");
  const update = ["ota", "device", "update", "--repo", url, "--install", device.place, "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...update], { cwd: away });
  expect(JSON.parse(stdout)).toMatchObject({ outcome: "committed", from: older.version, current: newer.version });
  expect(own("--version")).toMatchObject({ app: newer.version });
  expect(own("ota", "device", "rollback", "--install", device.place)).toMatchObject({ current: older.version });
  expect(own("--version")).toMatchObject({ app: older.version });
}, 600_000);
