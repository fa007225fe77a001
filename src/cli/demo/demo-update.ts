import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { serveFolder } from "./serve-folder.ts";
import { type DemoOptions, run } from "./shown-run.ts";

/** Everything of this part of the demo, made anew each time. */
const PLACE = "update";
const KEYS = ["root", "release-1", "release-2", "release-3", "timestamp"] as const;
const PUBLISH = ["--repo", "repo", "--trust", "1.root.json", "--timestamp-key", "timestamp.key"] as const;

/** The update flow: sign, publish, install, update over HTTP, replay the session, roll a bad release back. */
export async function demoUpdate({ folder, ...rest }: DemoOptions): Promise<void> {
  const options = { ...rest, folder: join(folder, PLACE) };
  const { show } = options;
  await writeReleases(options.folder);
  await show("7. Ship it: five keys, of which two of three must sign a release. They can stay offline.");
  for (const name of KEYS) await run(options, 0, ["ota", "key", "new", "-o", `${name}.key`, "--no-passphrase"]);
  await run(options, 0, ["ota", "root", "new", ...rootFlags(), "-o", "1.root.json"]);
  for (const release of [1, 2, 3]) await packed(options, release);
  await show("8. A device gets release 1 by hand, and release 2 over HTTP. The whole session is recorded.");
  const device = ["--install", "device"];
  const first = ["release-1.pkg", "--trust", "1.root.json", "--policy", "policy.json"];
  await run(options, 0, ["ota", "device", "install", ...first, ...device]);
  await run(options, 0, ["ota", "release", "publish", "release-2.pkg", ...PUBLISH]);
  await using server = await serveFolder(join(options.folder, "repo"));
  const update = ["ota", "device", "update", "--repo", server.url, ...device];
  await run(options, 0, [...update, "--record", "update.tape.jsonl"]);
  await run(options, 0, ["replay", "update.tape.jsonl", "--subject", "updater"]);
  await show("9. Release 3 does not work. The device finds that out, goes back by itself, and does not take it again.");
  await run(options, 0, ["ota", "release", "publish", "release-3.pkg", ...PUBLISH]);
  await run(options, 1, update);
  await run(options, 0, update);
  await run(options, 0, ["ota", "device", "status", ...device]);
}

async function packed(options: DemoOptions, release: number): Promise<void> {
  const name = `release-${release}.pkg`;
  const what = ["--product", "cold-store", "--version", `${release}.0.0`, "--release", String(release)];
  await run(options, 0, ["ota", "release", "pack", `app-${release}`, ...what, "-o", name]);
  await run(options, 0, ["ota", "release", "sign", name, "--key", "release-1.key", "--key", "release-3.key"]);
}

function rootFlags(): string[] {
  const releaseKeys = [1, 2, 3].flatMap((number) => ["--release-key", `release-${number}.key`]);
  return ["--root-key", "root.key", ...releaseKeys, "--timestamp-key", "timestamp.key", "--threshold", "release=2"];
}

async function writeReleases(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const release of [1, 2, 3]) {
    const app = join(folder, `app-${release}`);
    await mkdir(app, { recursive: true });
    await writeFile(join(app, "app.txt"), `cold store ${release}.0.0\n`);
    await writeFile(join(app, "check.mjs"), `process.exitCode = ${release === 3 ? 1 : 0};\n`);
  }
  const policy = { starts: 1, health: { command: [process.execPath, "check.mjs"] }, healthTimeout: "2s" };
  await writeFile(join(folder, "policy.json"), `${JSON.stringify(policy, undefined, 2)}\n`);
}
