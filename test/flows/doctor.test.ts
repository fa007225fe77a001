import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
