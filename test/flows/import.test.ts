import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { needs } from "../needs.ts";
import { pcap } from "../recorder/convert/capture-files.ts";
import { TcpTalk } from "../recorder/convert/tcp-talk.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines, startFieldtape } from "./command-line.ts";

const modbus = (transaction: number, rest: readonly number[]): string =>
  String.fromCharCode(0, transaction, 0, 0, 0, rest.length, ...rest);
const talk = new TcpTalk()
  .handshake()
  .says("caller", 0, modbus(1, [1, 3, 0, 0, 0, 1]))
  .says("device", 0, modbus(1, [1, 3, 2, 0, 9]), { acknowledged: 12 })
  .says("device", 0, modbus(1, [1, 3, 2, 0, 9]), { acknowledged: 12 })
  .fin("caller", 12, 11)
  .fin("device", 11, 13);
const capture = pcap(talk.packets);

function site(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "site.pcap"), capture);
  return folder;
}
const tapeLines = (folder: string, name: string): Record<string, unknown>[] =>
  jsonLines(readFileSync(join(folder, name), "utf8"));

describe("a capture brought from the field", () => {
  test("becomes a tape beside where one stands, and says what was odd", async () => {
    const cwd = site();
    const run = await fieldtape(["import", "site.pcap"], { cwd });
    expect(run).toMatchObject({ code: 0, stdout: "" });
    expect(run.stderr).toContain("site.tape.jsonl: 8 packets of pcap, 1 channel, 2 reads, 23 bytes, 7ms");
    expect(run.stderr).toContain("1 segments sent again, left out (11 bytes)");
    const lines = tapeLines(cwd, "site.tape.jsonl");
    expect(lines.map(({ type }) => type)).toEqual(["header", "channel", "link", "raw", "raw", "link", "link", "end"]);
    expect(lines[0]).toMatchObject({
      started: "2026-11-20T12:00:00.000000Z",
      meta: { import: { files: ["site.pcap"], format: "pcap" } },
    });
    expect(statSync(join(cwd, "site.tape.jsonl")).mode & 0o777).toBe(0o600);
  });

  test("gives the same tape each time, byte for byte", async () => {
    const [one, two] = [site(), site()];
    for (const cwd of [one, two]) await fieldtape(["import", "--port", "502", "site.pcap"], { cwd });
    expect(readFileSync(join(one, "site.tape.jsonl"))).toEqual(readFileSync(join(two, "site.tape.jsonl")));
  });

  test("is told of to programs as JSON and nothing else", async () => {
    const run = await fieldtape(["import", "site.pcap", "--json"], { cwd: site() });
    expect(jsonLines(run.stdout)).toEqual([
      {
        tape: "site.tape.jsonl",
        format: "pcap",
        input: capture.length,
        found: 8,
        channels: 1,
        reads: 2,
        payload: 23,
        records: 6,
        duration: 7_000_000,
        oddities: [{ kind: "retransmitted", count: 1, bytes: 11, words: "segments sent again, left out" }],
      },
    ]);
    expect(run.stderr).toBe("");
  });

  test("comes through a pipe while it is being captured", async () => {
    const cwd = temporaryFolder();
    const run = await fieldtape(["import", "-", "-o", "live.tape.jsonl"], { cwd, input: capture });
    expect(run.code).toBe(0);
    expect(tapeLines(cwd, "live.tape.jsonl").filter(({ type }) => type === "raw")).toHaveLength(2);
  });

  test("in pieces becomes one tape", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "ring_1.pcap"), pcap(talk.packets.slice(0, 4)));
    writeFileSync(join(cwd, "ring_2.pcap"), pcap(talk.packets.slice(4)));
    expect((await fieldtape(["import", "ring_1.pcap", "ring_2.pcap", "-o", "all.tape.jsonl"], { cwd })).code).toBe(0);
    const lines = tapeLines(cwd, "all.tape.jsonl");
    expect(lines.map(({ type, event }) => event ?? type)).toEqual([
      "header",
      "channel",
      "open",
      "raw",
      "raw",
      "half-close",
      "close",
      "end",
    ]);
    expect((await fieldtape(["import", "ring_1.pcap", "ring_2.pcap"], { cwd })).code).toBe(0);
    expect([existsSync(join(cwd, "ring_1.tape.jsonl")), existsSync(join(cwd, "ring_2.tape.jsonl"))]).toEqual([
      true,
      true,
    ]);
  });

  test("is never written over a tape that is there, unless asked", async () => {
    const cwd = site();
    writeFileSync(join(cwd, "site.tape.jsonl"), "precious");
    const run = await fieldtape(["import", "site.pcap"], { cwd });
    expect([run.code, readFileSync(join(cwd, "site.tape.jsonl"), "utf8")]).toEqual([2, "precious"]);
    expect(run.stderr).toContain("--force");
    expect((await fieldtape(["import", "site.pcap", "--force"], { cwd })).code).toBe(0);
    expect(tapeLines(cwd, "site.tape.jsonl")).toHaveLength(8);
  });

  test("is never overwritten by its own tape", async () => {
    const cwd = site();
    const run = await fieldtape(["import", "site.pcap", "-o", "site.pcap", "--force"], { cwd });
    expect(run.code).toBe(2);
    expect(readFileSync(join(cwd, "site.pcap"))).toEqual(Buffer.from(capture));
  });

  test("that is damaged keeps what came before, closed properly, and fails with the offset", async () => {
    const cwd = temporaryFolder();
    const damaged = Buffer.from(capture);
    const sixth = 24 + talk.packets.slice(0, 5).reduce((sum, packet) => sum + 16 + packet.bytes.length, 0);
    damaged.writeUInt32LE(0x7fff_ffff, sixth + 8);
    writeFileSync(join(cwd, "site.pcap"), damaged);
    const run = await fieldtape(["import", "site.pcap"], { cwd });
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(
      new RegExp(
        `^error: site.pcap: a packet of 2147483647 bytes at offset ${sixth}\n {2}everything before it is in site.tape.jsonl`,
      ),
    );
    const lines = tapeLines(cwd, "site.tape.jsonl");
    expect(lines.map(({ type }) => type)).toEqual(["header", "channel", "link", "raw", "raw", "end"]);
    expect(lines.at(-1)).toMatchObject({ reason: "input-failed" });
  });

  test("that is torn keeps what came before, and is no failure", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "site.pcap"), capture.subarray(0, capture.length - 10));
    const run = await fieldtape(["import", "site.pcap"], { cwd });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("1 file that ends in the middle: what came before is kept");
  });

  test("that cannot be read or told apart leaves no tape, and a clear word", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "rubbish"), "what is this?\n");
    writeFileSync(join(cwd, "empty"), "");
    const failures: readonly (readonly [args: readonly string[], code: number, words: RegExp])[] = [
      [
        ["rubbish"],
        2,
        /error: rubbish: cannot tell what format this is\n.*--format pcap\|pcapng\|hex-log\|socat\|jsonl-v1\|hex\|raw/,
      ],
      [["rubbish", "--format", "pcap"], 2, /error: rubbish: no capture file/],
      [["empty"], 2, /error: empty: the input is empty/],
      [["missing.pcap"], 2, /error: missing.pcap: there is no such file/],
      [["."], 3, /error: \.: it is a folder/],
      [["rubbish", "--format", "tea"], 2, /--format/],
      [["rubbish", "--zone", "CET"], 2, /no zone/],
      [[], 2, /file/],
    ];
    await Promise.all(
      failures.map(async ([args, code, words]) => {
        const run = await fieldtape(["import", ...args], { cwd });
        expect([run.code, run.stdout], args.join(" ")).toEqual([code, ""]);
        expect(run.stderr).toMatch(words);
      }),
    );
    expect(existsSync(join(cwd, "rubbish.tape.jsonl"))).toBe(false);
  });

  test("is left off cleanly when the user interrupts", async () => {
    const cwd = temporaryFolder();
    const running = startFieldtape(["import", "-", "-o", "live.tape.jsonl"], { cwd });
    running.child.stdin.write(capture);
    running.child.stdin.write(new Uint8Array(1));
    while (!existsSync(join(cwd, "live.tape.jsonl"))) await new Promise((resolve) => setTimeout(resolve, 20));
    running.child.kill("SIGINT");
    expect((await running.finished).code).toBe(130);
    expect(tapeLines(cwd, "live.tape.jsonl").at(-1)).toMatchObject({ type: "end", reason: "stop" });
  });

  test("takes hex logs, dumps and bytes of other programs", async () => {
    const cwd = temporaryFolder();
    writeFileSync(
      join(cwd, "inverter.log"),
      "2026-05-25T17:57:13.687080+00:00 rx 5959\n2026-05-25T17:57:13.944099+00:00 tx 00\n",
    );
    writeFileSync(join(cwd, "dump.txt"), "> 2026/11/20 23:11:12.000579160  length=2 from=0 to=1\n 11 05\n");
    writeFileSync(join(cwd, "meter.hex"), "68 03 03 68\n");
    writeFileSync(join(cwd, "line.bin"), "0123456789");
    expect(
      (await fieldtape(["import", "inverter.log", "dump.txt", "meter.hex", "--zone", "+01:00"], { cwd })).code,
    ).toBe(0);
    const raw = ["import", "line.bin", "--format", "raw", "--baud", "9600", "--chunk", "4", "--dir", "tx"];
    expect((await fieldtape(raw, { cwd })).code).toBe(0);
    const reads = (name: string): unknown[] =>
      tapeLines(cwd, `${name}.tape.jsonl`).flatMap(({ type, at, dir, text, b64 }) =>
        type === "raw" ? [[at, dir, text ?? b64]] : [],
      );
    expect(reads("inverter")).toEqual([
      [0, "rx", "YY"],
      [257_019_000, "tx", "AA=="],
    ]);
    expect(tapeLines(cwd, "dump.tape.jsonl")[0]).toMatchObject({ started: "2026-11-20T22:11:12.579160Z" });
    expect(reads("meter")).toEqual([[0, "rx", "aAMDaA=="]]);
    expect(reads("line")).toEqual([
      [4_166_666, "tx", "0123"],
      [8_333_333, "tx", "4567"],
      [10_416_666, "tx", "89"],
    ]);
  });
});

describe("a tape for other programs", () => {
  test("goes out as pcapng and comes back as the same tape", async () => {
    const cwd = site();
    await fieldtape(["import", "site.pcap"], { cwd });
    const run = await fieldtape(["export", "site.tape.jsonl"], { cwd });
    expect(run).toMatchObject({ code: 0, stdout: "" });
    expect(run.stderr).toMatch(/^site\.pcapng: 2 reads, \d+ bytes\n$/);
    expect((await fieldtape(["import", "site.pcapng", "-o", "again.tape.jsonl"], { cwd })).code).toBe(0);
    const records = (name: string): unknown[] => tapeLines(cwd, name).slice(1, -1);
    expect(records("again.tape.jsonl")).toEqual(records("site.tape.jsonl"));
  });

  test("goes out as raw bytes, to a file or down a pipe", async () => {
    const cwd = site();
    await fieldtape(["import", "site.pcap"], { cwd });
    const reply = Buffer.from(modbus(1, [1, 3, 2, 0, 9]), "latin1");
    const file = await fieldtape(
      ["export", "site.tape.jsonl", "--format", "raw", "--dir", "rx", "-o", "reply.bin", "--json"],
      { cwd },
    );
    expect(jsonLines(file.stdout)).toEqual([
      { output: "reply.bin", format: "raw", bytes: 11, written: 1, leftOut: 0, unfinished: false },
    ]);
    expect(readFileSync(join(cwd, "reply.bin"))).toEqual(reply);
    const pipe = await fieldtape(["export", "site.tape.jsonl", "--format", "raw", "--dir", "rx", "-o", "-"], { cwd });
    expect(Buffer.from(pipe.stdout)).toEqual(reply);
  });

  test("asks which direction is meant where there are two", async () => {
    const cwd = site();
    await fieldtape(["import", "site.pcap"], { cwd });
    const both = await fieldtape(["export", "site.tape.jsonl", "--format", "raw"], { cwd });
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining("choose with --dir: rx, tx")]);
    const other = await fieldtape(["export", "site.tape.jsonl", "--channel", "gps"], { cwd });
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("it has 0 (10.0.0.1:40000-10.0.0.2:502)")]);
    expect(existsSync(join(cwd, "site.bin"))).toBe(false);
  });

  test("goes out as a hex log and as schema 1, and comes back", async () => {
    const cwd = site();
    await fieldtape(["import", "site.pcap"], { cwd });
    expect((await fieldtape(["export", "site.tape.jsonl", "--format", "hex"], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, "site.log"), "utf8").split("\n")[1]).toBe(
      "2026-11-20T12:00:00.004000000Z rx 0001000000050103020009",
    );
    expect((await fieldtape(["export", "site.tape.jsonl", "--format", "jsonl-v1"], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, "site.jsonl"), "utf8")).toBe(
      '{"ts": 1795176000.004, "type": "raw", "source": "tcp:10.0.0.2:502", "b64": "AAEAAAAFAQMCAAk="}\n',
    );
    const back = await fieldtape(["import", "site.log", "site.jsonl", "--json", "--force"], { cwd });
    expect(jsonLines(back.stdout).map(({ format, reads }) => [format, reads])).toEqual([
      ["hex-log", 2],
      ["jsonl-v1", 1],
    ]);
  });

  test("is never written over a file that is there, nor over itself", async () => {
    const cwd = site();
    await fieldtape(["import", "site.pcap"], { cwd });
    writeFileSync(join(cwd, "site.pcapng"), "precious");
    expect((await fieldtape(["export", "site.tape.jsonl"], { cwd })).code).toBe(2);
    expect(readFileSync(join(cwd, "site.pcapng"), "utf8")).toBe("precious");
    const self = await fieldtape(["export", "site.tape.jsonl", "-o", "site.tape.jsonl", "--force"], { cwd });
    expect(self.code).toBe(2);
    expect((await fieldtape(["export", "site.tape.jsonl", "--force"], { cwd })).code).toBe(0);
    expect((await fieldtape(["export", "missing.tape.jsonl"], { cwd })).code).toBe(2);
    expect(existsSync(join(cwd, "missing.pcapng"))).toBe(false);
  });

  needs("tshark")("is decoded by tshark as what it was", async () => {
    const tshark = "tshark";
    const cwd = site();
    await fieldtape(["import", "site.pcap"], { cwd });
    await fieldtape(["export", "site.tape.jsonl"], { cwd });
    const fields = ["-T", "fields", "-e", "frame.time_epoch", "-e", "modbus.func_code", "-e", "tcp.payload"];
    const told = execFileSync(tshark, ["-r", join(cwd, "site.pcapng"), ...fields], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    expect(told).toBe(
      "1795176000.003000000\t3\t000100000006010300000001\n1795176000.004000000\t3\t0001000000050103020009\n",
    );
  });
});
