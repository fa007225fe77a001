import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { createExporter } from "../../../src/recorder/convert/export/create-exporter.ts";
import type { ExporterOptions, ExportFormat } from "../../../src/recorder/convert/export/exporter.ts";
import { parseRecord } from "../../../src/tape/line.ts";
import type { ChannelRecord, HeaderRecord, TapeRecord } from "../../../src/tape/record.ts";
import { type Nanos, nanos } from "../../../src/time/nanos.ts";
import { needs } from "../../needs.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { pcap } from "./capture-files.ts";
import { importing, payload, story } from "./importing.ts";
import { bytes, concat, text } from "./packets.ts";
import { TcpTalk } from "./tcp-talk.ts";

const header: HeaderRecord = {
  type: "header",
  format: "fieldtape",
  schema: 2,
  id: "a-tape",
  started: "2026-11-20T12:00:00.000000007Z",
  segment: 0,
  offset: "0",
  previous: null,
  recorder: { version: "1", git: "" },
  requires: [],
  meta: {},
};

function exported(
  records: readonly TapeRecord[],
  format: ExportFormat,
  more: Partial<ExporterOptions> = {},
): Uint8Array {
  const exporter = createExporter(format, { header, application: "fieldtape 1.0", ...more });
  const half = records.length >> 1;
  return concat(exporter.write(records.slice(0, half)), exporter.write(records.slice(half)), exporter.end());
}

const told = (value: Uint8Array): string => new TextDecoder().decode(value);

const channel = (number: number, source: string, more: Partial<ChannelRecord> = {}): ChannelRecord => ({
  type: "channel",
  at: nanos(0),
  channel: number,
  name: `wire ${number}`,
  kind: "stream",
  source,
  settings: {},
  ...more,
});
const plc = channel(0, "tcp:192.168.1.10:502", {
  settings: { role: "tap", client: "10.0.0.7:40001", device: "192.168.1.10:502" },
});
const port = channel(1, "serial:/dev/ttyUSB0", { settings: { role: "capture", baud: 9600 } });
const beacon = channel(2, "udp:[fe80::1]:4000", {
  kind: "datagram",
  settings: { client: "[fe80::2]:5000", device: "[fe80::1]:4000" },
});
const raw = (at: number, number: number, dir: "rx" | "tx", value: string | Uint8Array): TapeRecord => ({
  type: "raw",
  at: nanos(at),
  channel: number,
  dir,
  bytes: typeof value === "string" ? text(value) : value,
});

const tape: readonly TapeRecord[] = [
  header,
  plc,
  port,
  { type: "link", at: nanos(5), channel: 0, event: "open" },
  raw(1_000_000_001, 0, "tx", bytes(0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1)),
  raw(1_000_000_002, 0, "rx", bytes(0, 1, 0, 0, 0, 5, 1, 3, 2, 0, 9)),
  { type: "gap", at: nanos(1_000_000_003), channel: 0, dir: "rx", cause: "queue", bytes: 12 },
  { type: "mark", at: nanos(1_500_000_000), label: "the operator pressed „stop“" },
  raw(2_000_000_000, 1, "rx", "$GPGGA"),
  { ...beacon, at: nanos(2_000_000_000) },
  raw(2_000_000_000, 2, "rx", ""),
  raw(2_000_000_001, 0, "rx", bytes(0, 2, 0, 0, 0, 3, 1, 0x83, 2)),
  { type: "wall", at: nanos(2_000_000_002), wall: "2026-11-20T11:00:00.000000000Z", step: -3_600_000_000_000 },
  raw(2_000_000_003, 2, "tx", "ping"),
  { type: "link", at: nanos(2_000_000_003), channel: 0, event: "half-close", dir: "rx" },
  { type: "mark", at: nanos(9_000_000_000), label: "home time" },
];
const kept = tape.filter((record) => record.type !== "header");

describe("a tape as pcapng", () => {
  test("is imported as the same tape: channels, bytes, times, gaps, links and marks", async () => {
    const imported = await importing(exported(tape, "pcapng"));
    expect(imported.records).toEqual(kept);
    expect(imported.started).toBe(1_795_176_000_000_000_007n);
    expect(imported.report.oddities).toEqual([]);
  });

  const at = fc.nat({ max: 1000 });
  const someBytes = fc.uint8Array({ maxLength: 40 });
  const dir = fc.constantFrom("rx" as const, "tx" as const);
  const happening = fc.oneof(
    fc.record({ type: fc.constant("raw" as const), at, channel: fc.nat({ max: 2 }), dir, bytes: someBytes }),
    fc.record({
      type: fc.constant("link" as const),
      at,
      channel: fc.nat({ max: 2 }),
      event: fc.constantFrom("open" as const, "lost" as const),
    }),
    fc.record({
      type: fc.constant("gap" as const),
      at,
      channel: fc.nat({ max: 2 }),
      dir,
      cause: fc.constant("queue" as const),
      bytes: fc.nat(),
    }),
    fc.record({ type: fc.constant("mark" as const), at, label: fc.string() }),
  );
  test.prop([fc.array(happening, { maxLength: 40 }), fc.integer({ min: 1, max: 300 })])(
    "whatever happened, is imported as the same tape",
    async (happened, size) => {
      let now = 0;
      const records: TapeRecord[] = [];
      const waiting = [plc, port, beacon];
      for (const one of happened) {
        now += one.at;
        const number = "channel" in one ? one.channel : -1;
        while (3 - waiting.length <= number) {
          const declared = waiting.shift();
          if (declared !== undefined) records.push({ ...declared, at: nanos(now) });
        }
        records.push({ ...one, at: nanos(now) });
      }
      expect((await importing(exported(records, "pcapng"), { size })).records).toEqual(records);
    },
  );

  test("has sequence numbers that any program can follow, with the loss as a hole", async () => {
    const file = exported(tape, "pcapng");
    const anonymous = Uint8Array.from(file);
    anonymous.set(text("somebody"), Buffer.from(file).indexOf("fieldtape 1.0"));
    const { records } = await importing(anonymous);
    const heard = story(records).filter((line) => /^0 (open|rx|tx|gap)/.test(line));
    expect(heard).toEqual([
      "0 open no handshake in the capture",
      "0 tx \0\x01\0\0\0\x06\x01\x03\0\0\0\x01",
      "0 rx \0\x01\0\0\0\x05\x01\x03\x02\0\t",
      "0 gap rx truncated 12",
      "0 rx \0\x02\0\0\0\x03\x01\x83\x02",
    ]);
    expect(records.filter((record) => record.type === "mark")).toHaveLength(9);
  });

  test("of one channel or one direction holds only that", async () => {
    const one = await importing(exported(tape, "pcapng", { channel: 0, dir: "rx" }));
    expect(story(one.records).filter((line) => /^\d (rx|tx)/.test(line))).toHaveLength(2);
    expect(one.report.channels).toBe(1);
  });

  test("holds the words of a tape on which nothing was read", async () => {
    const words: readonly TapeRecord[] = [
      plc,
      { type: "link", at: nanos(7), channel: 0, event: "open" },
      { type: "mark", at: nanos(8), label: "quiet" },
    ];
    expect((await importing(exported(words, "pcapng"))).records).toEqual(words);
    const many = Array.from(
      { length: 1000 },
      (_, index): TapeRecord => ({ type: "mark", at: nanos(index), label: `${index}` }),
    );
    expect((await importing(exported(many, "pcapng"))).records).toEqual(many);
  });

  test("of a channel with endless settings is imported without them", async () => {
    const endless = { ...port, channel: 0, settings: { note: "x".repeat(70_000) } };
    const { records } = await importing(exported([endless, raw(1, 0, "rx", "x")], "pcapng"));
    expect(records).toEqual([{ ...endless, settings: {} }, raw(1, 0, "rx", "x")]);
  });

  test("and another are imported as one, each at its dates", async () => {
    const next = exported([plc, { type: "mark", at: nanos(1), label: "next" }, raw(2, 0, "rx", "y")], "pcapng", {
      header: { ...header, started: "2026-11-20T12:00:10.000000007Z" },
    });
    const { records } = await importing([exported([plc, raw(1, 0, "rx", "x")], "pcapng"), next]);
    expect(story(records, true)).toEqual([
      "@0 0 stream wire 0",
      "@1 0 rx x",
      "@10000000000 1 stream wire 0",
      "@10000000001 mark next",
      "@10000000002 1 rx y",
    ]);
  });

  test("counts what it cannot say", () => {
    const exporter = createExporter("pcapng", { header, application: "fieldtape 1.0" });
    exporter.write([
      plc,
      { type: "output", at: nanos(1), machine: "lines", value: {} },
      raw(2, 0, "rx", "x"),
      { type: "mark", at: nanos(3), label: "x".repeat(70_000) },
    ]);
    exporter.end();
    expect([exporter.written, exporter.leftOut]).toEqual([1, 2]);
  });

  test("edited by somebody has times that never go back", async () => {
    const marked: readonly TapeRecord[] = [
      plc,
      raw(500, 0, "rx", "x"),
      { type: "mark", at: nanos(700), label: "x" },
      raw(800, 0, "rx", "y"),
    ];
    const edited = Buffer.from(exported(marked, "pcapng")).toString("latin1").replace('"at":700', '"at":100');
    const { records } = await importing(Buffer.from(edited, "latin1"));
    expect(story(records, true).slice(1)).toEqual(["@500 0 rx x", "@500 mark x", "@800 0 rx y"]);
  });

  test("edited by somebody goes through: new words are marks, what does not fit is counted", async () => {
    const file = exported([plc, raw(1, 0, "rx", "x")], "pcapng");
    const edited = Buffer.from(file).toString("latin1").replaceAll('"channel":0', '"channel":x');
    const { records, report } = await importing(Buffer.from(edited, "latin1"));
    expect(story(records)).toEqual([expect.stringContaining('mark {"type":"channel","at":0,"channel":x')]);
    expect(report.oddities).toEqual([{ kind: "malformed", count: 1, bytes: 0 }]);
  });
});

const TSHARK = "tshark";

/** What tshark says of each packet. */
function tshark(file: Uint8Array, fields: readonly string[], ...more: readonly string[]): string[] {
  const path = join(temporaryFolder(), "tape.pcapng");
  writeFileSync(path, file);
  const args = ["-r", path, "-T", "fields", ...fields.flatMap((field) => ["-e", field]), ...more];
  const run = spawnSync(TSHARK, args, { encoding: "utf8", maxBuffer: 64 << 20, env: { ...process.env, TZ: "UTC" } });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.replace(/\n$/, "").split("\n");
}

describe("another program reads an exported tape", () => {
  needs(TSHARK)("with the same packets, times and bytes", () => {
    const lines = tshark(exported(tape, "pcapng"), [
      "frame.time_epoch",
      "tcp.payload",
      "udp.payload",
      "data.data",
      "frame.len",
    ]);
    expect(lines).toEqual([
      "1795176001.000000008\t000100000006010300000001\t\t\t66",
      "1795176001.000000009\t0001000000050103020009\t\t\t65",
      `1795176002.000000007\t\t\t${Buffer.from("$GPGGA").toString("hex")}\t6`,
      "1795176002.000000007\t\t\t\t62",
      "1795176002.000000008\t000200000003018302\t\t\t63",
      "1795172400.000000001\t\t70696e67\t\t66",
    ]);
  });

  needs(TSHARK)("as Modbus, with right checksums, and a hole where bytes were lost", () => {
    const file = exported(tape, "pcapng");
    const check = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];
    const fields = [
      "modbus.func_code",
      "ip.checksum.status",
      "tcp.checksum.status",
      "udp.checksum.status",
      "tcp.analysis.lost_segment",
    ];
    expect(tshark(file, fields, ...check)).toEqual([
      "3\t1\t1\t\t",
      "3\t1\t1\t\t",
      "\t\t\t\t",
      "\t\t\t1\t",
      "3\t1\t1\t\t1",
      "\t\t\t1\t",
    ]);
  });

  needs(TSHARK)("with marks and losses as comments of the packets", () => {
    const [, , third, , , last] = tshark(exported(tape, "pcapng"), ["frame.comment"]);
    expect(third).toContain("the operator pressed „stop“");
    expect(third).toContain('"cause":"queue","bytes":12');
    expect(last).toContain("home time");
  });

  needs(TSHARK)("also where a read is longer than a datagram can be", () => {
    const long = Uint8Array.from({ length: 65_536 }, (_, index) => index);
    const six = channel(3, "tcp:[fe80::1]:502", { settings: { client: "[fe80::2]:40000" } });
    const file = exported([plc, six, raw(1, 0, "rx", long), raw(2, 0, "rx", "x"), raw(3, 3, "rx", long)], "pcapng");
    const lines = tshark(file, ["tcp.len", "tcp.payload"]);
    expect(lines.map((line) => line.split("\t")[0])).toEqual(["65536", "1", "65536"]);
    expect(lines[0]?.split("\t")[1]).toBe(Buffer.from(long).toString("hex"));
  });

  needs(TSHARK)("that came from a capture, with a packet for each read", async () => {
    const talk = new TcpTalk().handshake();
    for (let index = 0; index < 50; index++) {
      talk.says(index % 2 === 0 ? "caller" : "device", (index >> 1) * 5, `hi ${10 + index}`.padEnd(5).slice(0, 5), {
        acknowledged: ((index + 1) >> 1) * 5,
      });
    }
    const imported = await importing(pcap(talk.packets));
    const started = new Date(Number((imported.started ?? 0n) / 1_000_000n)).toISOString();
    const lines = tshark(exported(imported.records, "pcapng", { header: { ...header, started } }), [
      "frame.time_epoch",
      "tcp.payload",
      "tcp.analysis.flags",
    ]);
    const reads = imported.records.flatMap((record) => (record.type === "raw" ? [record] : []));
    expect(lines).toEqual(
      reads.map(
        ({ at, bytes: read }) => `1795176000.${String(at).padStart(9, "0")}\t${Buffer.from(read).toString("hex")}\t`,
      ),
    );
  });
});

describe("a tape in other forms", () => {
  test("as raw bytes is what was read", () => {
    expect(told(exported(tape, "raw", { channel: 1 }))).toBe("$GPGGA");
    expect(told(exported(tape, "raw", { channel: 2, dir: "tx" }))).toBe("ping");
    expect(exported(tape, "raw", { dir: "rx" })).toEqual(
      concat(payload(tape, 0, "rx").slice(0, 11), text("$GPGGA"), payload(tape, 0, "rx").slice(11)),
    );
  });

  test("as a hex log is imported with the same bytes and times", async () => {
    const log = exported(tape, "hex", { channel: 0 });
    expect(told(log).split("\n")[0]).toBe("2026-11-20T12:00:01.000000008Z tx 000100000006010300000001");
    const { records, started } = await importing(log);
    expect(started).toBe(1_795_176_001_000_000_008n);
    expect(
      records.slice(1).map((record) => (record.type === "raw" ? [record.at, record.dir, record.bytes] : record)),
    ).toEqual([
      [0, "tx", payload(tape, 0, "tx")],
      [1, "rx", payload(tape, 0, "rx").slice(0, 11)],
      [1_000_000_000, "rx", payload(tape, 0, "rx").slice(11)],
    ]);
  });

  test("as schema 1 is imported with the same times, sources and bytes", async () => {
    const { records, started } = await importing(exported(tape, "jsonl-v1"));
    expect(started).toBe(1_795_176_001_000_000_009n);
    expect(story(records.filter((record) => record.type === "channel"))).toEqual([
      "0 stream tcp:192.168.1.10:502",
      "1 stream serial:/dev/ttyUSB0",
      "2 stream udp:[fe80::1]:4000",
    ]);
    const stamps = records.flatMap((record): Nanos[] => (record.type === "raw" ? [record.at] : []));
    expect(stamps).toEqual([0, 999_999_998, 999_999_998, 999_999_999]);
  });

  test("that is a later segment has the dates of its place", () => {
    const later = { ...header, segment: 3, offset: "60000000000" };
    expect(told(exported(tape.slice(1, 6), "hex", { header: later }))).toMatch(/^2026-11-20T12:01:01\.000000008Z tx/);
  });

  test("without a header counts from 1970", () => {
    expect(told(exported(tape.slice(1, 6), "hex", { header: undefined }))).toMatch(
      /^1970-01-01T00:00:01\.000000001Z tx/,
    );
  });

  test("keeps a line of the tape that a record is written as", () => {
    const file = told(exported(tape, "pcapng"));
    const line = /\{"type":"gap"[^}]*\}/.exec(file)?.[0] ?? "";
    const written = text(line);
    expect(parseRecord(written, 0, written.length, nanos(0))).toEqual(tape[6]);
  });
});
