import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";

function project(name: string, text: string): string {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "package.json"), "{}");
  writeFileSync(join(cwd, name), text);
  return cwd;
}

const WRONG = `# the site's
schema: 1
subject: nothing-of-that-name
subjects:
  inverter:
    subject: length-prefixed
    options: { start: 59 }
  mine:
    module: ./gone.mjs
  theirs:
    command: [no-such-program-here, --fast]
  format:
    kaitai: gone.ksy
suites:
  all: gone
channels:
  plc:
    source: tcp:10.0.0.7:502
`;

test("everything that is wrong with a configuration is told at once, by key and line", async () => {
  const cwd = project("fieldtape.config.yaml", WRONG);
  const { code, stdout } = await fieldtape(["config", "check", "--json"], { cwd });
  const { problems } = JSON.parse(stdout);
  expect(code).toBe(2);
  expect(problems.map(({ key, line }: { key: string; line: number }) => `${line} ${key}`)).toEqual([
    "3 subject",
    "6 subjects.inverter",
    "9 subjects.mine.module",
    "11 subjects.theirs.command.0",
    "13 subjects.format.kaitai",
    "15 suites.all",
  ]);
  const words = await fieldtape(["config", "check"], { cwd });
  expect(words.stdout).toContain(
    `${join(cwd, "fieldtape.config.yaml")}:11: subjects.theirs.command.0: there is no program`,
  );
  expect(words.stdout.split("\n")).toHaveLength(7);
});

test("a misspelt key is told with its line and the key that was meant", async () => {
  const cwd = project("fieldtape.config.json", '{\n  "subject": "lines",\n  "subjcts": {}\n}\n');
  const { code, stdout } = await fieldtape(["config", "check", "fieldtape.config.json"], { cwd });
  expect(code).toBe(2);
  expect(stdout).toMatch(/fieldtape\.config\.json:3: subjcts: is no key of a configuration; did you mean subjects\?/);
});

const RELEASE = `subjects:
  good: { kaitai: good.ksy }
  bad: { kaitai: bad.ksy, options: { maximum: 0 } }
  nmea: { command: [node] }
suites: { all: good.ksy }
channels:
  plc: { source: "tcp:10.0.0.7:portless" }
release:
  product: gateway
  tests: [[node, --test], [no-such-checker]]
  payload: [good.ksy, gone]
  modules: { licences: [MIT] }
  keys: { release: [r.key, good.ksy], timestamp: [r.key] }
  trust: good.ksy
  expires: soon
`;

test("a format that does not compile, a wire that is none, and what a release would not find are told before it is made", async () => {
  const cwd = project("fieldtape.config.yaml", RELEASE);
  writeFileSync(join(cwd, "good.ksy"), "meta: { id: good }\nseq:\n  - { id: kind, type: u1 }\n");
  writeFileSync(join(cwd, "bad.ksy"), "meta: { id: bad }\nseq:\n  - { id: kind, type: no_such_type }\n");
  await fieldtape(["ota", "key", "new", "-o", "r.key", "--role", "release", "--no-passphrase"], { cwd });
  const { code, stdout } = await fieldtape(["config", "check", "--json"], { cwd });
  expect(code).toBe(2);
  const told = JSON.parse(stdout).problems.map(
    ({ key, line, words }: { key: string; line: number; words: string }) => `${line} ${key}: ${words}`,
  );
  expect(told).toEqual([
    expect.stringMatching(/^3 subjects\.bad\.options: maximum: must be at least 1$/),
    expect.stringMatching(/^3 subjects\.bad\.kaitai: the Kaitai compiler refuses the format: .*no_such_type/),
    expect.stringMatching(/^4 subjects\.nmea: nmea is the name of a built-in subject/),
    expect.stringMatching(/^5 suites\.all: .* is no folder$/),
    expect.stringMatching(/^7 channels\.plc\.source: "10\.0\.0\.7:portless" is no address/),
    "10 release.tests.1.0: there is no program no-such-checker",
    expect.stringMatching(/^11 release\.payload\.1: .*gone is not there$/),
    expect.stringMatching(/^12 release\.modules: .*package-lock\.json is not there$/),
    expect.stringMatching(/^13 release\.keys\.release\.1: /),
    expect.stringMatching(/^13 release\.keys\.timestamp\.0: key [0-9a-f]+ was made for the release role/),
    expect.stringMatching(/^14 release\.trust: /),
    expect.stringMatching(/^15 release\.expires: "soon" is no time to expire in/),
  ]);
}, 60_000);

test("nothing is wrong with what is right, in any form, and with nothing", async () => {
  const good = { subjects: { mine: { module: "./mine.mjs" } }, suites: { all: "corpora" } };
  for (const [name, text] of [
    ["fieldtape.config.json", JSON.stringify(good)],
    ["fieldtape.config.js", `module.exports = ${JSON.stringify(good)};`],
  ] as const) {
    const cwd = project(name, text);
    writeFileSync(join(cwd, "mine.mjs"), "throw new Error('was run')");
    mkdirSync(join(cwd, "corpora"));
    expect(await fieldtape(["config", "check"], { cwd })).toMatchObject({ code: 0, stdout: "" });
  }
  const { code, stderr } = await fieldtape(["config", "check"], { cwd: temporaryFolder() });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "there is no configuration, and none is needed\n" });
});

test("secrets are told by their keys and lines, and never by their values", async () => {
  const text =
    "subjcts: {}\nchannels:\n  plc:\n    source: tcp:a:1\n    settings: { password: planted-1, note: 'https://me:planted-2@host/' }\n";
  const cwd = project("fieldtape.config.yaml", text);
  const { code, stdout } = await fieldtape(["config", "check"], { cwd });
  expect(code).toBe(2);
  for (const key of ["5: channels.plc.settings.password", "5: channels.plc.settings.note", "1: subjcts"])
    expect(stdout).toContain(`fieldtape.config.yaml:${key}: is`);
  expect(stdout).not.toContain("planted");
});

test("what is in force is shown as JSON, without this machine's secrets", async () => {
  const cwd = project(
    "fieldtape.config.yaml",
    "channels:\n  plc:\n    source: tcp:a:1\n    settings: { line: planted-3 }\n",
  );
  const { code, stdout } = await fieldtape(["config", "show"], { cwd, env: { SITE_PASSWORD: "planted-3" } });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    file: join(cwd, "fieldtape.config.yaml"),
    config: { channels: { plc: { source: "tcp:a:1", settings: { line: "[secret]" } } } },
  });
});

test("a configuration is migrated whole, with its comments and its mode, once", async () => {
  const cwd = project("fieldtape.config.yaml", "# ours\n\nsubject: lines # of the site\n");
  const file = join(cwd, "fieldtape.config.yaml");
  chmodSync(file, 0o640);
  const migrate = (...more: string[]) => fieldtape(["config", "migrate", ...more], { cwd });
  const migrated = "# ours\n\nschema: 1\nsubject: lines # of the site\n";
  expect((await migrate("--dry-run")).stdout).toBe(migrated);
  expect(readFileSync(file, "utf8")).toContain("# ours\n\nsubject");
  expect((await migrate()).code).toBe(0);
  expect(readFileSync(file, "utf8")).toBe(migrated);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readdirSync(cwd).toSorted()).toEqual(["fieldtape.config.yaml", "package.json"]);
  expect((await migrate()).stderr).toContain("is of this version's schema");
});

test("a configuration that is code is not rewritten", async () => {
  const cwd = project("fieldtape.config.js", "module.exports = {};");
  expect(await fieldtape(["config", "migrate"], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("code"),
  });
});
