import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { literalForms } from "../../src/bundle/redaction/literal-forms.ts";
import { needs } from "../needs.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { type Finished, fieldtape } from "./command-line.ts";
import { SITE_SESSIONS, type SiteSession } from "./site-session.ts";

const PROGRAM = resolve(import.meta.dirname, "../../bin/run.js");
const NOBODY = 65_534;
const isAnotherUser = process.getuid?.() === 0 && isOpenToAll(PROGRAM);
/** On the wire, in the name of the site, in the log, in a crash report, in a result, among the program's own secrets. A configuration that holds one is refused. */
const PLANTED = {
  wire: "Yellow-Meter-4471",
  console: "Cn5xW1-typed-password",
  name: "Quay-Street-Boiler-17",
  log: "Lb7xQ2-logged-token",
  crash: "Cr9vT4-crashed-token",
  results: "Rs3kM8-resulting-token",
  own: "Uw6nH0-uploading-token",
};

/** Whether any user of the system can get at a file: a checkout in a private folder is for its owner alone. */
function isOpenToAll(path: string): boolean {
  const folder = dirname(path);
  return folder === path || ((statSync(folder).mode & 0o001) !== 0 && isOpenToAll(folder));
}

/** Somebody else, elsewhere: where this process may, another user of the system; everywhere, with nothing of the first one's. */
async function somebodyElse(args: readonly string[], home: string): Promise<Finished> {
  const other = isAnotherUser ? { uid: NOBODY, gid: NOBODY } : {};
  const env = { PATH: process.env["PATH"], HOME: home, TMPDIR: home, NO_COLOR: "1" };
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: home,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    ...other,
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
}

/** Where one of the planted values stands below this folder, in whatever form. */
function leaks(folder: string): string[] {
  const forms = Object.entries(PLANTED).flatMap(([name, value]) =>
    literalForms(value).map((form) => [name, form] as const),
  );
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      const bytes = readFileSync(path);
      return forms.filter(([, form]) => bytes.includes(Buffer.from(form))).map(([name]) => `${path}: ${name}`);
    });
}

function site(folder: string): { readonly env: Readonly<Record<string, string>> } {
  for (const part of ["state/logs", "state/crashes"]) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, "state/logs/2026-11-20_1_record.jsonl"), `{"message":"login","token":"${PLANTED.log}"}\n`);
  writeFileSync(
    join(folder, "state/crashes/2026-11-20.json"),
    JSON.stringify({ lastWords: `refused: token=${PLANTED.crash}` }),
  );
  writeFileSync(join(folder, "events.log"), `${JSON.stringify({ type: "login", user: PLANTED.name })}\n`);
  writeFileSync(join(folder, "results.json"), JSON.stringify({ note: `password=${PLANTED.results}` }));
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(join(folder, "fieldtape.config.json"), JSON.stringify({ suites: { a: "corpora" } }));
  writeFileSync(join(folder, "secrets.json"), JSON.stringify({ uploadToken: PLANTED.own, redact: [PLANTED.wire] }), {
    mode: 0o600,
  });
  return {
    env: {
      FIELDTAPE_STATE: join(folder, "state"),
      FIELDTAPE_SECRETS: join(folder, "secrets.json"),
      HOME: folder,
    },
  };
}

for (const [name, session] of Object.entries(SITE_SESSIONS)) {
  const needed = session.subject === "nmea" ? needs("socat") : test;
  needed(
    `what was recorded at a site is reproduced elsewhere and becomes a case, without what nobody may know: ${name}`,
    () => fromSiteToCorpus(session),
    120_000,
  );
}

async function fromSiteToCorpus(session: SiteSession): Promise<void> {
  const here = join(temporaryFolder(), "site");
  const { env } = site(here);
  await session.record(PLANTED, { cwd: here, env });
  const { subject, options = {} } = session;
  const creating = ["bundle", "create", "site.tape.jsonl", "--subject", subject, "--options", JSON.stringify(options)];
  const others = ["--results", "results.json", "--redact", "standard", "-o", "site.zip", "--json"];
  const created = await fieldtape([...creating, ...others], { cwd: here, env });
  expect(created).toMatchObject({ code: 0 });
  const told = JSON.parse(created.stdout) as { written: boolean; tapes: { redaction: { verdict: string } }[] };
  expect(told).toMatchObject({ written: true, redaction: "standard", tapes: [{ redaction: { verdict: "same" } }] });
  expect(created.stderr).toContain("what goes in:");
  for (const value of Object.values(PLANTED)) expect(created.stdout + created.stderr).not.toContain(value);

  const there = temporaryFolder();
  copyFileSync(join(here, "site.zip"), join(there, "site.zip"));
  if (isAnotherUser) for (const path of [there, join(there, "site.zip")]) chownSync(path, NOBODY, NOBODY);
  chmodSync(join(there, "site.zip"), 0o600);

  const inspected = await somebodyElse(["bundle", "inspect", "site.zip", "--json"], there);
  expect(JSON.parse(inspected.stdout)).toMatchObject({
    grade: expect.stringMatching(/^[BC]$/),
    redaction: "standard",
  });
  const imported = await somebodyElse(["bundle", "import", "site.zip", "--into", "in"], there);
  expect(imported).toMatchObject({ code: 0 });
  for (const what of ["site.zip", "in"]) {
    const reproduced = await somebodyElse(["bundle", "reproduce", what, "--json"], there);
    expect({ what, code: reproduced.code, ...JSON.parse(reproduced.stdout) }).toMatchObject({
      code: 0,
      verdict: "reproduced",
    });
  }

  // As small as can be, in the corpus: it fails until somebody mends what it shows.
  const minimising = ["bundle", "reproduce", "in", "--minimise", "--out", "corpora/site/small", "--json"];
  const minimised = await somebodyElse(minimising, there);
  expect(minimised, minimised.stderr).toMatchObject({ code: 0 });
  const failing = await somebodyElse(["suite", "run", "corpora"], there);
  expect(failing.code).toBe(1);
  expect(failing.stdout + failing.stderr).toContain("site/small");
  // And as a whole, with what comes out now as its golden.
  const making = ["scenario", "new", "site/whole", "--from", "site.zip", "--why", "the site's problem"];
  const made = await somebodyElse([...making, "--gaps", "they were there", "--accept", "--reason", "as there"], there);
  expect(made, made.stderr).toMatchObject({ code: 0 });
  const passing = await somebodyElse(["suite", "run", "corpora", "--filter", "whole"], there);
  expect(passing, passing.stderr).toMatchObject({ code: 0 });

  expect(leaks(there)).toEqual([]);
  // The search would find them: where they were planted, they are.
  const planted = new Set(leaks(here).map((leak) => leak.replace(/^.*: /, "")));
  expect([...planted].toSorted()).toEqual(Object.keys(PLANTED).toSorted());
}
