import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { type Finished, fieldtape } from "./command-line.ts";
import { ReleaseProject } from "./release-project.ts";
import { Device } from "./release-shop.ts";

const actions = ({ stdout }: Finished): Record<string, string> =>
  Object.fromEntries(JSON.parse(stdout).steps.map((one: { step: string; action: string }) => [one.step, one.action]));

const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

/** Without the shop's keys. */
const unsigned = (folder: string, ...more: readonly string[]) =>
  fieldtape(["release", "--json", ...more], { cwd: folder });

test("a project is released: built, packed, signed, published, tagged, and a device takes it", async () => {
  const project = await ReleaseProject.open(temporaryFolder());
  project.git("tag", "v1.0.0");
  project.commit("meter: count pulses");
  project.commit("radio: send at night");
  const { code, stdout, stderr } = await project.release("--bump", "minor");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const told = JSON.parse(stdout);
  expect(told).toMatchObject({ version: "1.1.0", before: "1.0.0", release: 1, tag: "v1.1.0", dryRun: false });
  expect(told.notes).toContain("Changes since v1.0.0.\n\n## meter\n\n- count pulses");
  expect(project.git("rev-parse", "v1.1.0^{commit}")).toBe(project.git("rev-parse", "HEAD"));
  expect(project.git("log", "-1", "--format=%s")).toBe("release: gateway 1.1.0");
  expect(JSON.parse(readFileSync(join(project.folder, "package.json"), "utf8")).version).toBe("1.1.0");
  const lock = JSON.parse(readFileSync(join(project.folder, "package-lock.json"), "utf8"));
  expect([lock.version, lock.packages[""].version]).toEqual(["1.1.0", "1.1.0"]);

  const place = join(project.folder, ".fieldtape/release/1.1.0");
  expect(readdirSync(join(project.folder, ".fieldtape/release"))).toEqual(["1.1.0"]);
  const sums = readFileSync(join(place, "SHA256SUMS"), "utf8").trimEnd().split("\n");
  expect(sums.map((line) => line.slice(66))).toEqual(
    readdirSync(place)
      .filter((name) => name !== "SHA256SUMS")
      .toSorted(),
  );
  for (const line of sums) expect(sha256(join(place, line.slice(66)))).toBe(line.slice(0, 64));
  const report = JSON.parse(readFileSync(join(place, "versions.json"), "utf8"));
  expect(report).toMatchObject({
    version: "1.1.0",
    app: "1.1.0",
    data_schema: 2,
    made_with: { node: process.version },
  });
  const device = new Device(project.shop);
  await device.install(join(place, "gateway-1.1.0-any.pkg"));
  expect(device.read("dist/app.mjs")).toContain("1.1.0");

  await project.release("--bump", "2.0.0");
  expect((await device.update("repo")).result).toMatchObject({ current: "2.0.0", release: 2 });
}, 120_000);

test("a dry run does and checks everything, needs no keys, and leaves nothing changed", async () => {
  const project = await ReleaseProject.open(temporaryFolder());
  const before = project.standing();
  const { code, stdout, stderr } = await unsigned(project.folder, "--dry-run", "--bump", "patch");
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("at build") });
  expect(JSON.parse(stdout)).toMatchObject({ version: "1.0.1", dryRun: true, folder: null });
  expect(actions({ code, stdout, stderr })).toMatchObject({
    tests: "run",
    publish: "run",
    upload: "skip",
    finish: "skip",
  });
  expect(project.standing()).toEqual(before);
  expect(existsSync(join(project.folder, ".fieldtape"))).toBe(false);
  expect(existsSync(join(project.shop.folder, "repo"))).toBe(false);
}, 120_000);

for (const step of ["tests", "build", "upload"]) {
  test(`a release that fails in ${step} leaves everything as it was, and goes on there when it is mended`, async () => {
    const project = await ReleaseProject.open(temporaryFolder());
    const before = project.standing();
    const failing = project.ask(`fail-${step}`);
    const failed = await project.release("--bump", "minor");
    expect(failed.code).toBe(3);
    expect(failed.stderr).toContain(`ended with ${step === "upload" ? 8 : 7}`);
    const { published: _, ...own } = project.standing() as Record<string, unknown>;
    expect(before, "nothing of the project has changed").toMatchObject(own);
    if (step !== "upload") expect(project.standing()).toEqual(before);
    rmSync(failing);
    const resumed = await project.release("--resume");
    expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: 0 });
    expect(actions(resumed)).toMatchObject({ version: "keep", notes: "keep", [step]: "run", finish: "run" });
    expect(actions(resumed)["tests"]).toBe(step === "tests" ? "run" : "keep");
    expect(JSON.parse(resumed.stdout)).toMatchObject({ version: "1.1.0", release: 1 });
    expect(project.git("tag", "--list")).toBe("v1.1.0");
  }, 120_000);
}

test("Ctrl-C in a step ends it, leaves everything as it was, and --from does a step again", async () => {
  const project = await ReleaseProject.open(temporaryFolder());
  const before = project.standing();
  const hanging = project.ask("hang-build");
  const running = project.start("--bump", "patch");
  await running.stderrMatches(/at build/);
  running.child.kill("SIGINT");
  expect((await running.finished).code).toBe(130);
  expect(project.standing()).toEqual(before);
  rmSync(hanging);
  const again = await project.release("--from", "tests");
  expect(again.code).toBe(0);
  expect(actions(again)).toMatchObject({ version: "keep", notes: "keep", tests: "run", build: "run" });
}, 120_000);

test("a disk that is full while the package is written leaves everything as it was; with room the release goes on", async () => {
  const project = await ReleaseProject.open(temporaryFolder());
  const before = project.standing();
  const { code, stderr } = await project.releaseOnSmallDisk("--bump", "patch");
  expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining("the disk is full") });
  expect(project.standing()).toEqual(before);
  const resumed = await project.release("--resume");
  expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: 0 });
  expect(actions(resumed)).toMatchObject({ build: "keep", package: "run" });
}, 120_000);

test("what forbids a release is said all at once, before anything is done", async () => {
  const project = await ReleaseProject.open(temporaryFolder());
  project.git("tag", "v1.0.0");
  project.write({ "package.json": '{\n  "name": "meter",\n  "version": "1.0.0",\n  "type": "commonjs"\n}\n' });
  const { code, stderr } = await project.release();
  expect(code).toBe(2);
  expect(stderr).toContain("changes that are not committed ( M package.json)");
  expect(stderr).toContain("there is a tag v1.0.0 already");
  expect((await project.release("--resume")).stderr).toContain("no release was begun");
}, 60_000);

test("keys that are kept apart sign the staged package, and the release goes on with their signatures", async () => {
  const project = await ReleaseProject.open(temporaryFolder());
  const flags = [
    "--key",
    "../r1.key",
    "--timestamp-key",
    "../time.key",
    "--trust",
    "../1.root.json",
    "--repo",
    "../repo",
  ];
  const alone = (...more: readonly string[]) => unsigned(project.folder, ...flags, ...more);
  const stopped = await alone("--bump", "patch");
  expect({ code: stopped.code, stderr: stopped.stderr }).toMatchObject({
    code: 6,
    stderr: expect.stringContaining("go on with --resume"),
  });
  const staged = join(project.folder, ".fieldtape/release/work/release/gateway-1.0.1-any.pkg");
  await project.shop.run(["ota", "release", "sign", staged, "--key", "r3.key"]);
  const resumed = await alone("--resume");
  expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: 0 });
}, 120_000);

test("the same commit gives the same package, wherever and whenever it is released", async () => {
  const project = await ReleaseProject.open(temporaryFolder());
  const elsewhere = join(project.shop.folder, "elsewhere");
  project.git("clone", "--quiet", project.folder, elsewhere);
  const [here, there] = await Promise.all(
    [project.folder, elsewhere].map(async (folder) => {
      const { stdout } = await unsigned(folder, "--dry-run", "--bump", "patch");
      return JSON.parse(stdout).files.find(({ name }: { name: string }) => name === "manifest.json");
    }),
  );
  expect(here).toMatchObject({ name: "manifest.json", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(there).toEqual(here);
}, 120_000);
