import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { recordsOf } from "../tape/tape-files.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";

/** One for each place where a secret may be. */
const PLANTED = {
  passphrase: "Pl4ntedPassphraseAA",
  redis: "Pl4ntedRedisWordBB",
  upload: "Pl4ntedUploadTokenCC",
  identity: "Pl4ntedIdentityDD",
  site: "Pl4ntedSiteNameEE",
  environment: "Pl4ntedEnvironmentFF",
  command: "Pl4ntedInUrlGG",
  configuration: "Pl4ntedInConfigHH",
  header: "Pl4ntedInHeaderJJ",
  wire: "Pl4ntedOnTheWireKK",
};

/** How a value may be read in some bytes: as it is, in hex, and in base64, wherever it begins. */
function found(bytes: Buffer): readonly string[] {
  const text = bytes.toString("latin1");
  const runs = (text.match(/[A-Za-z0-9+/_-]{12,}/g) ?? []).flatMap((run) =>
    [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), "base64").toString("latin1")),
  );
  const hex = (text.match(/[0-9a-fA-F]{16,}/g) ?? []).flatMap((run) =>
    [0, 1].map((skip) => Buffer.from(run.slice(skip), "hex").toString("latin1")),
  );
  const looked = [text, ...runs, ...hex].join("\n");
  return Object.values(PLANTED).filter((value) => looked.includes(value));
}

function files(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test("what looks for planted secrets finds them in every form", () => {
  const { site, wire } = PLANTED;
  expect(found(Buffer.from(`x${site}`))).toEqual([site]);
  for (const text of [wire, `.${wire}`, `..${wire}`, `...${wire}`]) {
    expect(found(Buffer.from(Buffer.from(text).toString("base64")))).toEqual([wire]);
    expect(found(Buffer.from(Buffer.from(text).toString("hex")))).toEqual([wire]);
  }
});

test("secrets planted everywhere are in nothing that is written or said", async () => {
  const [hidden, folder, state] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const secrets = join(hidden, "secrets.json");
  writeFileSync(
    secrets,
    JSON.stringify({
      redactionKey: "5e".repeat(32),
      keyPassphrase: PLANTED.passphrase,
      redisPassword: PLANTED.redis,
      uploadToken: PLANTED.upload,
      supportIdentity: PLANTED.identity,
      redact: [PLANTED.site],
    }),
  );
  chmodSync(secrets, 0o600);
  writeFileSync(join(hidden, "bad.json"), JSON.stringify({ subjects: {}, uploadToken: PLANTED.configuration }));
  writeFileSync(join(folder, "package.json"), "{}");
  mkdirSync(join(folder, "corpora"));
  const env = { FIELDTAPE_SECRETS: secrets, FIELDTAPE_STATE: state, MQTT_PASSWORD: PLANTED.environment };
  const said: string[] = [];
  const run = async (exit: number, ...args: string[]): Promise<void> => {
    const { code, stdout, stderr } = await fieldtape(args, { cwd: folder, env, input: wire });
    said.push(stdout, stderr);
    expect({ args: args.join(" "), code, stderr }).toMatchObject({ code: exit });
  };
  const wire = Object.values(PLANTED)
    .slice(0, 6)
    .flatMap((value) => [value, Buffer.from(value).toString("hex"), Buffer.from(`.${value}`).toString("base64")])
    .map((value) => `says ${value} ok\n`)
    .concat(`password=${PLANTED.wire}\n`, `GET /x?Signature=${PLANTED.command}&a=1\n`)
    .join("");

  await run(
    0,
    "record",
    "stdin",
    "--redact",
    "standard",
    "--decode",
    "lines",
    "--meta",
    `pin=${PLANTED.header}`,
    "-o",
    "a.tape.jsonl",
  );
  writeFileSync(
    join(hidden, "raw.tape.jsonl"),
    `${JSON.stringify({ type: "raw", at: 1, channel: 0, dir: "rx", text: wire })}\n`,
  );
  await run(0, "tape", "redact", join(hidden, "raw.tape.jsonl"), "--subject", "lines", "-o", "b.tape.jsonl");
  await run(
    0,
    "bundle",
    "create",
    "a.tape.jsonl",
    join(hidden, "raw.tape.jsonl"),
    "--subject",
    "lines",
    "--redact",
    "standard",
    "-o",
    "c.zip",
    "--yes",
    "--json",
  );
  await run(0, "bundle", "import", "c.zip", "--into", "imported");
  await run(0, "ota", "key", "new", "-o", "d.key");
  await run(0, "ota", "key", "show", "d.key");
  const redis = `user:${PLANTED.command}@127.0.0.1:1`;
  await run(3, "suite", "worker", "--redis", `redis://${redis}`);
  await run(2, "suite", "worker", "--redis", `redus://${redis}`);
  const url = `//user:${PLANTED.command}@127.0.0.1:1/repository?Signature=${PLANTED.command}`;
  await run(2, "ota", "device", "update", "--install", "device", "--repo", `https:${url}`);
  await run(2, "replay", "a.tape.jsonl", "--config", join(hidden, "bad.json"), "--subject", "lines");
  chmodSync(secrets, 0o644);
  await run(2, "tape", "redact", "a.tape.jsonl", "--no-subject", "-o", "e.tape.jsonl");

  expect(found(Buffer.from(said.join("\n")))).toEqual([]);
  const written = [...files(folder), ...files(state)];
  const leaks = written.flatMap((path) => {
    const bytes = readFileSync(path);
    const content = path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
    return found(content).map((value) => `${relative(folder, path)}: ${value}`);
  });
  expect(leaks).toEqual([]);
  // A value may be cut by two records.
  for (const name of ["a.tape.jsonl", "b.tape.jsonl"]) {
    const reads = (await recordsOf(join(folder, name))).flatMap((record) =>
      record.type === "raw" ? [record.bytes] : [],
    );
    expect(found(Buffer.concat(reads))).toEqual([]);
  }
  expect(written.length).toBeGreaterThan(8);
  expect(said.join("")).toMatch(/the secrets can be read by others: mode 0644[\s\S]*chmod 600/);
});
