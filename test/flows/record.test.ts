import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resolveSubject } from "../../src/cli/subjects.ts";
import { connectControl } from "../../src/recorder/control-client.ts";
import { formatRecord } from "../../src/tape/line.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { deadAddress, device, dial, readAll } from "../link/loopback.ts";
import { said } from "../replayer/replaying.ts";
import { content, recordsOf } from "../tape/tape-files.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines, type Running, startFieldtape } from "./command-line.ts";

const textOf = (records: readonly TapeRecord[], dir: "rx" | "tx"): string =>
  records
    .map((record) => (record.type === "raw" && record.dir === dir ? Buffer.from(record.bytes).toString() : ""))
    .join("");

async function portOf(running: Running, what: RegExp): Promise<number> {
  const said = await running.stderrMatches(/only you can read it/);
  return Number(what.exec(said)?.[1]);
}

/** Begins to record; everything is open when this resolves. */
async function recording(folder: string, ...args: string[]): Promise<Running> {
  const running = startFieldtape(["record", ...args, "--no-config"], { cwd: folder });
  await running.stderrMatches(/only you can read it/);
  return running;
}

async function stopped(running: Running, signal: NodeJS.Signals = "SIGINT") {
  running.child.kill(signal);
  return running.finished;
}

describe("fieldtape record tcp", () => {
  test("as a tap passes everything on, and Ctrl-C closes the tape properly", async () => {
    const folder = temporaryFolder();
    const { server, address } = await device((socket) => socket.on("data", (bytes) => socket.end(`heard ${bytes}`)));
    const running = await recording(
      folder,
      "tcp",
      "--listen",
      "0",
      "--to",
      `127.0.0.1:${address.port}`,
      "-o",
      "a.tape.jsonl",
    );
    const port = await portOf(running, /tap 127\.0\.0\.1:(\d+) -> /);
    const client = await dial({ host: "127.0.0.1", port });
    client.end("question");
    expect((await readAll(client)).toString()).toBe("heard question");
    const { code, stderr, stdout } = await stopped(running);
    server.close();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/stopped after 00:0\d: \d+ records, rx 14 B, tx 8 B, no losses, in a\.tape\.jsonl/);
    const records = await recordsOf(join(folder, "a.tape.jsonl"));
    expect(textOf(records, "tx")).toBe("question");
    expect(textOf(records, "rx")).toBe("heard question");
    expect(records.at(-1)).toMatchObject({ type: "end", reason: "stop" });
    expect(statSync(join(folder, "a.tape.jsonl")).mode & 0o777).toBe(0o600);
  });

  test("as a client records what the device sends, under a name made of source and time, until the device is done", async () => {
    const folder = temporaryFolder();
    const { server, address } = await device((socket) => socket.end("kWh 12.5"));
    const { code } = await fieldtape(
      ["record", "tcp", "--to", `127.0.0.1:${address.port}`, "--name", "meter", "--no-config"],
      {
        cwd: folder,
      },
    );
    server.close();
    const [name, ...more] = readdirSync(folder);
    expect(name).toMatch(new RegExp(`^127\\.0\\.0\\.1-${address.port}-\\d{8}T\\d{6}Z\\.tape\\.jsonl$`));
    expect({ code, more }).toEqual({ code: 0, more: [] });
    const records = content(await recordsOf(join(folder, name!)));
    expect(records.find(({ type }) => type === "channel")).toMatchObject({
      name: "meter",
      settings: { role: "client" },
    });
    expect(textOf(records, "rx")).toBe("kWh 12.5");
  });

  test("as a server records each device that connects; SIGTERM is a clean stop as well", async () => {
    const folder = temporaryFolder();
    const running = await recording(folder, "tcp", "--listen", "127.0.0.1:0", "-o", "a.tape.jsonl");
    const port = await portOf(running, /server on 127\.0\.0\.1:(\d+)/);
    for (const text of ["one", "two"]) {
      const client = await dial({ host: "127.0.0.1", port });
      client.end(text);
      await readAll(client);
    }
    expect((await stopped(running, "SIGTERM")).code).toBe(0);
    const records = await recordsOf(join(folder, "a.tape.jsonl"));
    expect(records.filter(({ type }) => type === "channel")).toMatchObject([{ channel: 0 }, { channel: 1 }]);
    expect(textOf(records, "rx")).toBe("onetwo");
  });

  test("decodes while it records, and says the same as a replay of the tape", async () => {
    const folder = temporaryFolder();
    const reply = Buffer.from("000100000005010302002a", "hex");
    const { server, address } = await device((socket) => socket.on("data", () => socket.write(reply)));
    const to = `127.0.0.1:${address.port}`;
    const running = await recording(
      folder,
      "tcp",
      "--listen",
      "0",
      "--to",
      to,
      "-o",
      "a.tape.jsonl",
      "--decode",
      "modbus-session",
    );
    const client = await dial({ host: "127.0.0.1", port: await portOf(running, /tap 127\.0\.0\.1:(\d+)/) });
    client.write(Buffer.from("000100000006010300000001", "hex"));
    await once(client, "data");
    client.write(Buffer.from("0002000000060103", "hex"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.destroy();
    expect((await stopped(running)).code).toBe(0);
    server.close();
    const records = await recordsOf(join(folder, "a.tape.jsonl"));
    const decoded = records.flatMap((record) => (record.type === "output" ? [formatRecord(record)] : []));
    expect(decoded.length).toBeGreaterThan(1);
    const { subject } = await resolveSubject("modbus-session", undefined, { config: {}, file: undefined });
    expect(decoded).toEqual(await said(records, subject));
  });

  test("a connection that the device refuses is on the tape, and the recording goes on", async () => {
    const folder = temporaryFolder();
    const dead = await deadAddress();
    const running = await recording(
      folder,
      "tcp",
      "--listen",
      "0",
      "--to",
      `127.0.0.1:${dead.port}`,
      "-o",
      "a.tape.jsonl",
    );
    const client = connect(await portOf(running, /tap 127\.0\.0\.1:(\d+)/), "127.0.0.1");
    await once(client, "error");
    expect((await stopped(running)).code).toBe(0);
    const records = await recordsOf(join(folder, "a.tape.jsonl"));
    expect(records.find(({ type }) => type === "link")).toMatchObject({ event: "reset", reason: "ECONNREFUSED" });
  });
});

describe("fieldtape record stdin", () => {
  test("takes raw bytes as they are, and says it in JSON when asked to", async () => {
    const folder = temporaryFolder();
    const input = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) & 0xff));
    const args = [
      "record",
      "stdin",
      "--as",
      "tx",
      "-o",
      "a.tape.jsonl",
      "--json",
      "--meta",
      "site=north",
      "--no-config",
    ];
    const { code, stdout } = await fieldtape(args, { cwd: folder, input });
    const [summary, ...more] = jsonLines(stdout);
    expect({ code, more }).toEqual({ code: 0, more: [] });
    expect(summary).toMatchObject({
      tape: "a.tape.jsonl",
      reason: "eof",
      tx: { bytes: 300_000, lost: 0 },
      rx: { bytes: 0 },
    });
    const records = await recordsOf(join(folder, "a.tape.jsonl"));
    const held = Buffer.concat(records.flatMap((record) => (record.type === "raw" ? [record.bytes] : [])));
    expect(held.equals(input)).toBe(true);
    expect(records[0]).toMatchObject({ meta: { site: "north" } });
  });

  test("several sources and the application's own events stand on one tape and clock", async () => {
    const folder = temporaryFolder();
    const { server, address } = await device((socket) => socket.write("from tcp"));
    writeFileSync(join(folder, "app.log"), "old\n");
    const also = `plc=tcp:127.0.0.1:${address.port}`;
    const running = await recording(
      folder,
      "stdin",
      "--also",
      also,
      "--events",
      "app.log",
      "--events",
      "unix:ev",
      "-o",
      "a.tape.jsonl",
    );
    running.child.stdin.write("from stdin");
    writeFileSync(join(folder, "app.log"), '{"level":"warn"}\n', { flag: "a" });
    const writer = connect(join(folder, "ev"));
    writer.end('{"type":"mark","label":"from the application"}\n');
    const tape = join(folder, "a.tape.jsonl");
    while (!/from the application/.test(readFileSync(tape, "utf8")) || !/warn/.test(readFileSync(tape, "utf8")))
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await stopped(running)).code).toBe(0);
    server.close();
    const records = content(await recordsOf(tape));
    expect(records.filter(({ type }) => type === "channel")).toMatchObject([{ name: "stdin" }, { name: "plc" }]);
    expect(records.filter(({ type }) => type === "output")).toMatchObject([
      { machine: "application", value: { level: "warn" } },
    ]);
    expect(textOf(records, "rx").length).toBe("from stdinfrom tcp".length);
    const ats = records.map((record) => (record.type === "header" ? 0 : record.at));
    expect(ats).toEqual(ats.toSorted((a, b) => a - b));
  });

  test("USR2 puts a mark, HUP begins a new segment, and only the last ones asked for are kept", async () => {
    const folder = temporaryFolder();
    const running = await recording(folder, "stdin", "-o", "a.tape.jsonl", "--keep-last", "2");
    running.child.kill("SIGUSR2");
    await until(() => /mark 1/.test(readFileSync(join(folder, "a.tape.jsonl"), "utf8")));
    for (const segment of ["0001", "0002"]) {
      running.child.kill("SIGHUP");
      await until(() => existsSync(join(folder, `a.${segment}.tape.jsonl`)));
    }
    expect((await stopped(running)).code).toBe(0);
    expect(readdirSync(folder).toSorted()).toEqual(["a.0001.tape.jsonl", "a.0002.tape.jsonl"]);
    expect((await recordsOf(join(folder, "a.0002.tape.jsonl"))).at(-1)).toMatchObject({ type: "end", reason: "stop" });
  });

  test("can be watched and stopped over its control socket", async () => {
    const folder = temporaryFolder();
    const running = await recording(folder, "stdin", "-o", "a.tape.jsonl", "--control", "unix:control");
    await using client = await connectControl(join(folder, "control"));
    running.child.stdin.write("seen");
    for await (const { rx } of client.statuses) if (rx.bytes === 4) client.stop();
    expect((await running.finished).code).toBe(0);
    expect(readdirSync(folder)).toEqual(["a.tape.jsonl"]);
  });

  test("goes on when its decoder fails, and exits with the subject's failure", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "package.json"), "{}");
    writeFileSync(join(folder, "broken.mjs"), BROKEN);
    writeFileSync(join(folder, "fieldtape.config.json"), '{"subjects":{"broken":{"module":"./broken.mjs"}}}');
    const { code, stderr } = await fieldtape(["record", "stdin", "-o", "a.tape.jsonl", "--decode", "broken"], {
      cwd: folder,
      input: "one\ntwo\n",
    });
    expect(stderr).toMatch(/broken failed at \d+ ns: no idea/);
    expect(code).toBe(5);
    const records = await recordsOf(join(folder, "a.tape.jsonl"));
    expect(textOf(records, "rx")).toBe("one\ntwo\n");
    expect(records.at(-1)).toMatchObject({ type: "end", reason: "eof" });
  });

  test("stops by itself after the time asked for", async () => {
    const folder = temporaryFolder();
    const running = startFieldtape(["record", "stdin", "-o", "a.tape.jsonl", "--duration", "100ms", "--no-config"], {
      cwd: folder,
    });
    expect((await running.finished).code).toBe(0);
    const end = (await recordsOf(join(folder, "a.tape.jsonl"))).at(-1);
    expect(end).toMatchObject({ type: "end", reason: "duration" });
  });

  test("a second Ctrl-C ends it at once, and the tape is valid all the same", async () => {
    const folder = temporaryFolder();
    const running = await recording(folder, "stdin", "-o", "a.tape.jsonl");
    running.child.stdin.write("so far");
    await until(() => /so far/.test(readFileSync(join(folder, "a.tape.jsonl"), "utf8")));
    running.child.kill("SIGINT");
    running.child.kill("SIGTERM");
    const { code } = await running.finished;
    expect([0, 130]).toContain(code); // it may have been faster than the second signal
    expect(textOf(await recordsOf(join(folder, "a.tape.jsonl")), "rx")).toBe("so far");
  });
});

const BROKEN = `
  export const PLUGIN_ABI = 1;
  export const create = () => ({
    framer: { name: "broken", initial: () => ({}), deadline: () => undefined, step: () => { throw new Error("no idea"); } },
  });
`;

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
