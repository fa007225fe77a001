import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { device } from "../link/loopback.ts";
import { recordsOf } from "../tape/tape-files.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, startFieldtape } from "./command-line.ts";

const SENTENCE = "$GPGLL,4916.45,N,12311.12,W,225444,A*31\r\n";

describe("record --redact", () => {
  test("positions never reach the tape, and what is decoded beside them is what a replay says", async () => {
    const folder = temporaryFolder();
    const args = ["record", "stdin", "--redact", "standard", "--decode", "nmea", "-o", "a.tape.jsonl", "--no-config"];
    const { code, stderr } = await fieldtape([...args, "--meta", "customer=ACME", "--name", "gps"], {
      cwd: folder,
      input: `${SENTENCE}# password=hunter2secret\r\n${SENTENCE}`,
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/redacted with standard by the frames of nmea/);
    const text = readFileSync(join(folder, "a.tape.jsonl"), "utf8");
    expect(text).not.toMatch(/4916\.45|12311\.12|hunter2|ACME/);
    const replay = await fieldtape(["replay", "a.tape.jsonl", "--subject", "nmea", "--json", "--no-config"], {
      cwd: folder,
    });
    const said = replay.stdout.trim().split("\n");
    expect(said.map((line) => JSON.parse(line).value.type)).toEqual(["frame", "fault", "frame"]);
    expect(text.split("\n").filter((line) => line.startsWith('{"type":"output"'))).toEqual(said);
  });

  test("without a subject only secrets are looked for, and it says so; what is held at the end still goes on the tape", async () => {
    const folder = temporaryFolder();
    let told = (): void => {};
    const written = new Promise<void>((resolve) => {
      told = resolve;
    });
    const { server, address } = await device((socket) => socket.write("login password=hunter2secret", () => told()));
    const running = startFieldtape(
      ["record", "tcp", "--to", `127.0.0.1:${address.port}`, "--redact", "standard", "--no-config"],
      { cwd: folder },
    );
    await running.stderrMatches(/rules for fields are NOT applied[\s\S]*only you can read it/);
    const [name = ""] = readdirSync(folder);
    expect(name).toMatch(/^redacted-standard-/);
    await written;
    running.child.kill("SIGINT");
    expect((await running.finished).code).toBe(0);
    server.close();
    expect(readFileSync(join(folder, name), "utf8")).not.toContain("hunter2secret");
    const records = await recordsOf(join(folder, name));
    expect(records.filter(({ type }) => type === "gap")).toMatchObject([{ cause: "redacted", bytes: 13 }]);
  });

  test("a profile that is not known is refused before anything is opened", async () => {
    const folder = temporaryFolder();
    const { code, stderr } = await fieldtape(["record", "stdin", "--redact", "nobody", "--no-config"], { cwd: folder });
    expect({ code, stderr }).toMatchObject({ code: 2 });
    expect(stderr).toMatch(/no redaction profile "nobody"\s+one of: standard/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("tape redact", () => {
  const records = [
    '{"type":"channel","at":0,"channel":0,"name":"gps","kind":"stream","source":"tcp:10.1.2.3:2947","settings":{}}',
    JSON.stringify({ type: "raw", at: 1e6, channel: 0, dir: "rx", text: SENTENCE }),
    JSON.stringify({ type: "raw", at: 2e6, channel: 0, dir: "rx", text: SENTENCE.replace("*31", "*32") }),
  ];

  test("says what was replaced and that the copy behaves the same", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "a.tape.jsonl"), `${records.join("\n")}\n`);
    const { code, stderr } = await fieldtape(["tape", "redact", "a.tape.jsonl", "--subject", "nmea", "--no-config"], {
      cwd: folder,
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/1 value of fields\[0\] replaced[\s\S]*behaves the same in nmea: 2 records compared/);
    expect(readFileSync(join(folder, "a.redacted.tape.jsonl"), "utf8")).not.toMatch(/4916\.45|10\.1\.2\.3|"gps"/);
    expect((await fieldtape(["tape", "check", "a.redacted.tape.jsonl"], { cwd: folder })).code).toBe(0);
  });

  test("a copy that behaves differently is refused, and kept when that is asked for", async () => {
    const folder = temporaryFolder();
    const exchange = [
      records[0],
      '{"type":"raw","at":1,"channel":0,"dir":"tx","b64":"AAEAAAAGAQMACQAB"}',
      '{"type":"raw","at":2,"channel":0,"dir":"rx","b64":"AAEAAAAFAQMCEjQ="}',
    ];
    writeFileSync(join(folder, "a.tape.jsonl"), `${exchange.join("\n")}\n`);
    writeFileSync(join(folder, "package.json"), "{}");
    // Then no reply belongs to its request any more.
    const rough = [{ when: "role = reply", path: "transaction", action: "pseudonym" }];
    const config = { redaction: { rough: { fields: { "modbus-tcp": rough } } } };
    writeFileSync(join(folder, "fieldtape.config.json"), JSON.stringify(config));
    const args = [
      "tape",
      "redact",
      "a.tape.jsonl",
      "--subject",
      "modbus-session",
      "--profile",
      "rough",
      "-o",
      "b.tape.jsonl",
    ];
    const refused = await fieldtape([...args, "--json"], { cwd: folder });
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ out: null, behaviour: { verdict: "different" } });
    expect(readdirSync(folder)).not.toContain("b.tape.jsonl");
    const kept = await fieldtape([...args, "--allow-different"], { cwd: folder });
    expect(kept.code).toBe(0);
    expect(kept.stderr).toMatch(/BEHAVES DIFFERENTLY in modbus-session/);
    expect(readdirSync(folder)).toContain("b.tape.jsonl");
  });

  test("without a subject it asks for one, or for bytes alone", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "a.tape.jsonl"), `${records.join("\n")}\n`);
    const asked = await fieldtape(["tape", "redact", "a.tape.jsonl", "--no-config"], { cwd: folder });
    expect(asked.code).toBe(2);
    expect(asked.stderr).toMatch(/which subject\?[\s\S]*--no-subject/);
    const bytes = await fieldtape(["tape", "redact", "a.tape.jsonl", "--no-subject", "--no-config"], { cwd: folder });
    expect(bytes.code).toBe(0);
    expect(bytes.stderr).toMatch(/not proven to behave the same/);
  });
});
