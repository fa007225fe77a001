import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { type Finished, fieldtape, jsonLines } from "./command-line.ts";

/** `fieldtape ota …` in a folder; fails the test when it does not end with this code. */
function ota(cwd: string, env: Readonly<Record<string, string>> = {}) {
  return async (line: string, code = 0): Promise<Finished> => {
    const finished = await fieldtape(["ota", ...line.split(" ")], { cwd, env });
    expect(finished, `${line}: ${finished.stderr}`).toMatchObject({ code });
    return finished;
  };
}

/** Keys, and a root that needs two of three release keys: made by the program, once. */
const keys = mkdtempSync(join(tmpdir(), "fieldtape-keys-"));

afterAll(() => rmSync(keys, { recursive: true }));
let made: Promise<void> | undefined;

async function makeKeys(): Promise<void> {
  const run = ota(keys);
  const names = ["root-a", "root-b", "release-a", "release-b", "release-c", "time"];
  for (const name of names) await run(`key new --no-passphrase -o ${name}.key`);
  await run(
    "root new --root-key root-a.key --root-key root-b.key --release-key release-a.key --release-key release-b.key --release-key release-c.key --timestamp-key time.key --threshold root=2 --threshold release=2 -o 1.root.json",
  );
}

/** A folder with keys, a root, and something to pack. */
async function publisher() {
  const cwd = temporaryFolder();
  made ??= makeKeys();
  await made;
  cpSync(keys, cwd, { recursive: true });
  mkdirSync(join(cwd, "dist/bin"), { recursive: true });
  writeFileSync(join(cwd, "dist/app.js"), "hello");
  writeFileSync(join(cwd, "dist/bin/run.sh"), "#!/bin/sh\n", { mode: 0o755 });
  return { cwd, run: ota(cwd) };
}

test("from keys to a published release that is signed by two of three, and refused with one", async () => {
  const { cwd, run } = await publisher();
  const pack = "release pack dist --product gateway --version 2.4.1 --release 17 -o a.pkg";
  await run(pack);
  expect((await run(pack, 2)).stderr).toContain("is already there");

  await run("release sign a.pkg --key release-c.key");
  const one = await run("release verify a.pkg --trust 1.root.json --json", 1);
  expect(jsonLines(one.stdout)).toEqual([
    {
      accepted: false,
      file: "a.pkg",
      refused: { reason: "threshold-not-met", file: "manifest", role: "release", valid: 1, threshold: 2 },
    },
  ]);
  await run("release publish a.pkg --repo repo --trust 1.root.json --timestamp-key time.key", 1);
  expect(existsSync(join(cwd, "repo"))).toBe(false);

  await run("release sign a.pkg --key release-a.key");
  const two = await run("release verify a.pkg --trust 1.root.json --json");
  expect(jsonLines(two.stdout)[0]).toMatchObject({
    accepted: true,
    product: "gateway",
    app: "2.4.1",
    release: 17,
    files: 2,
  });

  const published = await run(
    "release publish a.pkg --repo repo --trust 1.root.json --timestamp-key time.key --expires 7d --json",
  );
  expect(jsonLines(published.stdout)[0]).toMatchObject({ release: 17, timestamp: 1 });
  expect(readdirSync(join(cwd, "repo")).toSorted()).toEqual([
    "1.root.json",
    "manifests",
    "objects",
    "signatures",
    "timestamp.json",
  ]);

  const inspected = jsonLines((await run("release inspect a.pkg --json")).stdout)[0] as {
    manifest: { files: object[] };
  };
  expect(inspected.manifest.files).toMatchObject([
    { path: "app.js", mode: "0644" },
    { path: "bin/run.sh", mode: "0755", size: 10 },
  ]);
});

test("keys may be given in one row after their flag", async () => {
  const { run } = await publisher();
  await run("release pack dist --product gateway --version 2.4.1 --release 17 -o a.pkg");
  await run("release sign a.pkg --key release-a.key release-b.key");
  await run("release verify a.pkg --trust 1.root.json");
  await run(
    "root new --root-key root-a.key root-b.key --release-key release-a.key --timestamp-key time.key -o other.root.json",
  );
});

test("the same folder packs to the same bytes, and the build time comes from SOURCE_DATE_EPOCH alone", async () => {
  const { cwd, run } = await publisher();
  const pack = (name: string) => `release pack dist --product gateway --version 2.4.1 --release 17 -o ${name}`;
  await run(pack("a.pkg"));
  await run(pack("b.pkg"));
  expect(readFileSync(join(cwd, "a.pkg"))).toEqual(readFileSync(join(cwd, "b.pkg")));
  await ota(cwd, { SOURCE_DATE_EPOCH: "1700000000" })(pack("c.pkg"));
  const { manifest } = jsonLines((await run("release inspect c.pkg --json")).stdout)[0] as { manifest: object };
  expect(manifest).toMatchObject({ build_time: "2023-11-14T22:13:20Z" });
});

test("a stolen key is replaced: the next root needs the old keys, and releases of the stolen one are refused", async () => {
  const { cwd, run } = await publisher();
  await run("key new --no-passphrase -o release-d.key");
  const rotate =
    "root rotate 1.root.json --release-key release-b.key --release-key release-c.key --release-key release-d.key -o 2.root.json";
  await run(`${rotate} --key root-a.key`);
  expect((await run("root show 2.root.json --after 1.root.json", 1)).stderr).toContain("threshold-not-met");
  await run("root sign 2.root.json --key root-b.key");
  await run("root show 2.root.json --after 1.root.json");

  await run("release pack dist --product gateway --version 2.4.2 --release 18 -o a.pkg");
  await run("release sign a.pkg --key release-a.key --key release-b.key");
  await run("release verify a.pkg --trust 1.root.json");
  await run("release verify a.pkg --trust 2.root.json", 1);
  await run("release sign a.pkg --key release-d.key");
  await run("release publish a.pkg --repo repo --trust 2.root.json --timestamp-key time.key");
  expect(existsSync(join(cwd, "repo/2.root.json"))).toBe(true);
});

test("a private key that others can read is used with a warning", async () => {
  const { cwd, run } = await publisher();
  await run("release pack dist --product gateway --version 2.4.1 --release 17 -o a.pkg");
  expect((await run("release sign a.pkg --key release-a.key")).stderr).not.toContain("warning");
  chmodSync(join(cwd, "release-b.key"), 0o644);
  const { stderr } = await run("release sign a.pkg --key release-b.key");
  expect(stderr).toContain("warning: release-b.key: others can read this private key (mode 0644): chmod 600");
});

test("a key is its owner's alone, sealed unless one says otherwise, and its secret is shown nowhere", async () => {
  const cwd = temporaryFolder();
  expect((await ota(cwd)("key new -o a.key", 2)).stderr).toContain("FIELDTAPE_KEY_PASSPHRASE");
  expect(existsSync(join(cwd, "a.key"))).toBe(false);
  const sealed = ota(cwd, { FIELDTAPE_KEY_PASSPHRASE: "correct horse" });
  const made = await sealed("key new --role release -o a.key --json");
  expect(statSync(join(cwd, "a.key")).mode & 0o777).toBe(0o600);
  const { secret } = JSON.parse(readFileSync(join(cwd, "a.key"), "utf8")) as { secret: { sealed: string } };
  const shown = await ota(cwd)("key show a.key");
  for (const text of [made.stdout, made.stderr, shown.stdout, shown.stderr]) {
    expect(text).not.toContain("correct horse");
    expect(text).not.toContain(secret.sealed);
  }
  expect((await sealed("key new --role release -o a.key", 2)).stderr).toContain("is already there");
  const other = await sealed("root new --root-key a.key --release-key a.key --timestamp-key a.key -o r.json", 2);
  expect(other.stderr).toContain("made for the release role, not for root");
});

test("the upload program gets the folder as an argument, and no shell reads its words", async () => {
  const { cwd, run } = await publisher();
  await run("release pack dist --product gateway --version 2.4.1 --release 17 -o a.pkg");
  await run("release sign a.pkg --key release-a.key --key release-b.key");
  const script = "require('fs').writeFileSync('told.json', JSON.stringify(process.argv.slice(1)))";
  const upload = JSON.stringify([process.execPath, "-e", script, "--", "$(touch evil); `touch evil`", "to:{}"]);
  const publish = [
    "ota",
    "release",
    "publish",
    "a.pkg",
    "--repo",
    "repo",
    "--trust",
    "1.root.json",
    "--timestamp-key",
    "time.key",
  ];
  expect(await fieldtape([...publish, "--upload", upload], { cwd })).toMatchObject({ code: 0 });
  expect(JSON.parse(readFileSync(join(cwd, "told.json"), "utf8"))).toEqual([
    "$(touch evil); `touch evil`",
    `to:${join(cwd, "repo")}`,
  ]);
  expect(existsSync(join(cwd, "evil"))).toBe(false);
  expect(await fieldtape([...publish, "--upload", '["false"]'], { cwd })).toMatchObject({ code: 3 });
  expect(await fieldtape([...publish, "--upload", "rsync -a"], { cwd })).toMatchObject({ code: 2 });
});

test("what is missing or no package is told apart", async () => {
  const { cwd, run } = await publisher();
  expect((await run("release verify none.pkg --trust 1.root.json", 2)).stderr).toContain("there is no such file");
  writeFileSync(join(cwd, "noise.pkg"), "noise");
  expect((await run("release verify noise.pkg --trust 1.root.json", 1)).stderr).toContain("package-malformed");
  expect((await run("release verify noise.pkg --trust noise.pkg", 2)).stderr).toContain("root is malformed");
  expect((await run("release pack dist --product gateway --version 2.4 --release 17 -o a.pkg", 2)).stderr).toContain(
    "SemVer",
  );
});

test("every version is in one place", async () => {
  const { code, stdout } = await fieldtape(["--version", "--json"]);
  expect(code).toBe(0);
  expect(jsonLines(stdout)).toEqual([
    {
      app: expect.stringMatching(/^\d+\.\d+\.\d+/),
      build: expect.stringMatching(/^\d+\.\d+\.\d+\+[0-9a-z]+\.[a-z0-9]+-[a-z0-9]+$/),
      plugin_abi: 1,
      config_schema: 1,
      data_schema: 2,
      scenario_schema: 1,
      git_sha: expect.any(String),
      platform: `${process.platform}-${process.arch}`,
      node: process.version,
    },
  ]);
});

test("the first root is baked into the application when it is packed, and nothing that is no root", async () => {
  const { cwd, run } = await publisher();
  const pack = "release pack dist --product gateway --version 2.4.1 --release 17";
  await run(`${pack} --trust 1.root.json -o a.pkg`);
  expect((await run("release inspect a.pkg")).stdout).toMatch(/trust\/root\.json/);
  expect(readFileSync(join(cwd, "a.pkg")).includes(readFileSync(join(cwd, "1.root.json")))).toBe(true);
  expect((await run(`${pack} --trust dist/app.js -o b.pkg`, 2)).stderr).toContain("dist/app.js: the root is malformed");
  expect(existsSync(join(cwd, "b.pkg"))).toBe(false);
});
