import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { needs } from "../needs.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";

interface Told {
  readonly wrong: boolean;
  readonly findings: readonly { about: string; verdict: string; words: string; advice?: string }[];
}

test("the doctor looks at this machine and leaves nothing behind", async () => {
  const cwd = temporaryFolder();
  const { code, stdout } = await fieldtape(["doctor", "--json"], { cwd });
  const { findings, wrong }: Told = JSON.parse(stdout);
  expect(findings.filter(({ verdict }) => verdict === "problem")).toEqual([]);
  expect({ code, wrong }).toEqual({ code: 0, wrong: false });
  for (const about of [
    "node",
    "installation",
    "configuration",
    "secrets",
    "own programs, network",
    "this folder",
    "disk",
    "clock",
    "ports",
  ])
    expect(findings.map((one) => one.about)).toContain(about);
  expect(readdirSync(cwd)).toEqual([]);
});

test("a broken configuration is a problem: the key is named, and the rest is looked at all the same", async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "package.json"), "{}");
  writeFileSync(join(cwd, "fieldtape.config.json"), '{"subjcts":{}}');
  const { code, stdout, stderr } = await fieldtape(["doctor"], { cwd });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^problem {2}configuration: [\s\S]*subjcts[\s\S]*^ok {7}disk: /m);
  expect(stderr).toContain("1 problem, ");
});

test("secrets that others can read are a problem, and none is told", async () => {
  const cwd = temporaryFolder();
  const file = join(cwd, "secrets.json");
  writeFileSync(file, '{"uploadToken":"planted-1"}', { mode: 0o644 });
  const look = () => fieldtape(["doctor"], { cwd, env: { FIELDTAPE_SECRETS: file } });
  const { code, stdout } = await look();
  expect(code).toBe(1);
  expect(stdout).toMatch(/^problem {2}secrets: .*can be read by others: mode 0644\n.*chmod 600/m);
  chmodSync(file, 0o600);
  const mended = await look();
  expect(mended.stdout).toContain("secrets: ".concat(file, ": uploadToken"));
  expect(stdout + mended.stdout).not.toContain("planted-1");
});

const UNIT = [
  "doctor",
  "--systemd",
  "--user",
  "root",
  "--",
  "tcp",
  "--to",
  "10.0.0.7:502",
  "--output",
  "a b.tape.jsonl",
];

test("the unit of a recording starts this installation, as a service", async () => {
  const { code, stdout } = await fieldtape(UNIT);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^ExecStart=\S+ \S+bin\/run\.js record tcp --to 10\.0\.0\.7:502 --output "a b\.tape\.jsonl" --service$/m,
  );
  expect(stdout).toContain("User=root\n");
  expect(await fieldtape(["doctor", "--systemd"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("-- tcp"),
  });
});

needs("systemd-analyze")("systemd finds nothing wrong with the unit", async () => {
  const file = join(temporaryFolder(), "plc.service");
  writeFileSync(file, (await fieldtape(UNIT)).stdout);
  const { status, stderr } = spawnSync("systemd-analyze", ["verify", file], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

/** By a shell, which makes the surroundings. */
function surrounded(before: string, cwd: string) {
  const program = resolve(import.meta.dirname, "../../bin/run.js");
  const script = `${before}; exec "$0" "$1" doctor --no-config`;
  return spawnSync("sh", ["-c", script, process.execPath, program], { cwd, encoding: "utf8" });
}

test("a disk that takes nothing more is a problem, and the rest is looked at all the same", () => {
  const { status, stdout } = surrounded("ulimit -f 16", temporaryFolder());
  expect(status).toBe(1);
  expect(stdout).toMatch(/^problem {2}disk, syncing: 64 kB cannot be written \(EFBIG\)/m);
  expect(stdout).toMatch(/^ok {7}clock: /m);
  expect(stdout).not.toContain("bug in fieldtape");
});

test("a folder that is gone under the command is said to be, and is no bug", () => {
  const { status, stdout, stderr } = surrounded("mkdir gone; cd gone; rmdir ../gone", temporaryFolder());
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain("error: the folder that it was started in is gone\n  go to another one\n");
});
