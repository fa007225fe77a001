import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { corpusCase } from "../bundle/bundling.ts";
import { handMadeZip } from "../bundle/zip/hand-made-zip.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";

const TAPE = corpusCase("modbus/late-replies").tape;
const CREATE = ["bundle", "create", TAPE, "--subject", "modbus-session"];

test("a bundle is the same bytes in every time zone, and a dry run writes none", async () => {
  const cwd = temporaryFolder();
  const dry = await fieldtape([...CREATE, "-o", "a.zip", "--dry-run", "--json"], { cwd });
  expect(dry).toMatchObject({ code: 0 });
  expect(JSON.parse(dry.stdout)).toMatchObject({ written: false, tapes: [{ path: "tapes/tape.tape.jsonl" }] });
  expect(dry.stderr).toContain("tape          tapes/tape.tape.jsonl, 6.1 kB");
  expect(existsSync(join(cwd, "a.zip"))).toBe(false);
  // The environment goes in: what is the same besides the zone is shown with tapes alone.
  const ids: string[] = [];
  for (const [name, zone] of [
    ["a.zip", "Asia/Tokyo"],
    ["b.zip", "America/New_York"],
  ] as const) {
    const made = await fieldtape([...CREATE, "-o", name, "--json"], { cwd, env: { TZ: zone, FIELDTAPE_STATE: cwd } });
    ids.push((JSON.parse(made.stdout) as { id: string }).id);
    expect(readFileSync(join(cwd, name)).readUInt32LE(10)).toBe(0x00210000);
  }
  expect(ids[0]).not.toBe(ids[1]);
  const again = await fieldtape([...CREATE, "-o", "c.zip"], { cwd, env: { TZ: "Asia/Tokyo", FIELDTAPE_STATE: cwd } });
  expect(again.code).toBe(0);
  expect(readFileSync(join(cwd, "c.zip")).equals(readFileSync(join(cwd, "a.zip")))).toBe(true);
});

test("a tape that holds a value which must not leave is refused, and redacted goes out", async () => {
  const cwd = temporaryFolder();
  const secrets = join(cwd, "secrets.json");
  writeFileSync(secrets, JSON.stringify({ redact: ["meter login 4711"] }), { mode: 0o600 });
  const log = Buffer.from("the meter login 4711 was refused\n");
  const env = { FIELDTAPE_SECRETS: secrets };
  const recorded = await fieldtape(["record", "stdin", "-o", "log.tape.jsonl"], { cwd, input: log, env });
  expect(recorded.code).toBe(0);
  const create = ["bundle", "create", "log.tape.jsonl", "-s", "lines", "-o", "a.zip"];
  const refused = await fieldtape(create, { cwd, env });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("must not leave this machine") });
  expect(refused.stderr).not.toContain("login 4711");
  expect(existsSync(join(cwd, "a.zip"))).toBe(false);
  const redacted = await fieldtape([...create, "--redact", "standard"], { cwd, env });
  expect(redacted, redacted.stderr).toMatchObject({ code: 0 });
  expect(redacted.stderr).not.toContain("login 4711");
});

test("a bundle for support only is made, looked at and reproduced with its key, which nobody else can read", async () => {
  const cwd = temporaryFolder();
  const key = await fieldtape(["bundle", "key", "-o", "support.key"], { cwd });
  writeFileSync(join(cwd, "support.pub"), key.stdout);
  expect(await fieldtape([...CREATE, "--encrypt-to", "support.pub", "-o", "a.zip"], { cwd })).toMatchObject({
    code: 0,
  });
  const closed = await fieldtape(["bundle", "inspect", "a.zip"], { cwd });
  expect(closed).toMatchObject({ code: 2, stderr: expect.stringContaining("--identity FILE") });
  const identity = ["--identity", "support.key"];
  const inspected = await fieldtape(["bundle", "inspect", "a.zip", "--json", ...identity], { cwd });
  expect(JSON.parse(inspected.stdout)).toMatchObject({ grade: "A", encrypted: true, trusted: false });
  expect(await fieldtape(["bundle", "reproduce", "a.zip", ...identity], { cwd })).toMatchObject({ code: 0 });
  // Or kept among the secrets.
  const supportIdentity = readFileSync(join(cwd, "support.key"), "utf8").trim().split("\n").at(-1);
  writeFileSync(join(cwd, "secrets.json"), JSON.stringify({ supportIdentity }), { mode: 0o600 });
  const env = { FIELDTAPE_SECRETS: join(cwd, "secrets.json") };
  expect(await fieldtape(["bundle", "inspect", "a.zip"], { cwd, env })).toMatchObject({ code: 0 });
  chmodSync(join(cwd, "support.key"), 0o644);
  const shared = await fieldtape(["bundle", "inspect", "a.zip", ...identity], { cwd });
  expect(shared).toMatchObject({ code: 2, stderr: expect.stringContaining("can be read by others") });
});

test("a signed bundle is refused by whoever trusts another key", async () => {
  const cwd = temporaryFolder();
  await fieldtape(["ota", "key", "new", "-o", "other.key", "--no-passphrase"], { cwd });
  writeFileSync(join(cwd, "secrets.json"), JSON.stringify({ keyPassphrase: "correct horse battery" }), { mode: 0o600 });
  const env = { FIELDTAPE_SECRETS: join(cwd, "secrets.json") };
  await fieldtape(["ota", "key", "new", "-o", "mine.key"], { cwd, env });
  const signing = [...CREATE, "--sign", "mine.key", "-o", "a.zip"];
  const locked = await fieldtape(signing, { cwd });
  expect(locked).toMatchObject({ code: 2, stderr: expect.stringContaining("keyPassphrase in secrets.json") });
  const signed = await fieldtape(signing, { cwd, env });
  expect(signed, signed.stderr).toMatchObject({ code: 0 });
  const trusted = await fieldtape(["bundle", "inspect", "a.zip", "--trust", "mine.key", "--json"], { cwd });
  expect(JSON.parse(trusted.stdout)).toMatchObject({ trusted: true, signedBy: [expect.any(String)] });
  const refused = await fieldtape(["bundle", "import", "a.zip", "--into", "in", "--trust", "other.key"], { cwd });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("none of these keys") });
  expect(existsSync(join(cwd, "in"))).toBe(false);
});

test("what a bundle says of itself moves no terminal, and one that is there is not made again", async () => {
  const cwd = temporaryFolder();
  const manifest = { type: "bundle", schema: 1, versions: { app: "\u001b[2J1", ...NUMBERS }, tapes: [], files: [] };
  const named = { ...manifest, subject: { name: "\u001b]0;owned\u0007lines", options: {}, seed: 0 } };
  writeFileSync(join(cwd, "a.zip"), handMadeZip([{ name: "manifest.json", data: JSON.stringify(named) }]));
  for (const command of ["inspect", "reproduce"]) {
    const { stdout, stderr } = await fieldtape(["bundle", command, "a.zip"], { cwd });
    expect(stdout + stderr).not.toMatch(/[\u0007\u001b]/);
    expect(stdout + stderr).toContain("[2J1");
  }
  const refused = await fieldtape([...CREATE, "-o", "a.zip"], { cwd });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("already there") });
  expect(refused.stderr).not.toContain("playing");
});

const NUMBERS = { plugin_abi: 1, config_schema: 1, data_schema: 2 };

describe("nothing of a bundle is run", () => {
  test("a module that it names is looked for in the user's own configuration only", async () => {
    const cwd = temporaryFolder();
    const site = join(cwd, "site");
    mkdirSync(site);
    writeFileSync(join(site, "package.json"), JSON.stringify({ type: "module", fieldtape: { abi: 1 } }));
    writeFileSync(
      join(site, "mine.js"),
      "export const PLUGIN_ABI = 1;\nexport function create() { return { framer: { subject: 'lines' } }; }\n",
    );
    writeFileSync(join(site, "fieldtape.config.json"), JSON.stringify({ subjects: { mine: { module: "./mine.js" } } }));
    const made = await fieldtape(["bundle", "create", TAPE, "-s", "mine", "-o", "../a.zip"], { cwd: site });
    expect(made, made.stderr).toMatchObject({ code: 0 });
    const inspected = await fieldtape(["bundle", "inspect", "a.zip", "--json"], { cwd });
    expect(JSON.parse(inspected.stdout)).toMatchObject({ grade: "F", reasons: [{ code: "subject-not-installed" }] });
    const cannot = await fieldtape(["bundle", "reproduce", "a.zip", "--json"], { cwd });
    expect(cannot.code).toBe(6);
    expect(JSON.parse(cannot.stdout)).toMatchObject({ verdict: "cannot", why: expect.stringContaining("mine") });
    // The same, where the user has installed it himself: another build of it says something else.
    expect(await fieldtape(["bundle", "reproduce", "../a.zip"], { cwd: site })).toMatchObject({ code: 0 });
    writeFileSync(
      join(site, "mine.js"),
      "export const PLUGIN_ABI = 1;\nexport function create() { return { framer: { subject: 'modbus-tcp' } }; }\n",
    );
    const different = await fieldtape(["bundle", "reproduce", "../a.zip"], { cwd: site });
    expect(different.code).toBe(1);
    expect(different.stdout).toContain("first divergence: tapes/tape.tape.jsonl, line ");
  });
});
