import { describe, expect, test } from "vitest";
import { parseRecord } from "../../../../src/tape/line.ts";
import { type Nanos, nanos } from "../../../../src/time/nanos.ts";
import { importing, payload, story } from "../importing.ts";
import { concat, text } from "../packets.ts";
import { exported, header, tape } from "./exported-tape.ts";

const told = (value: Uint8Array): string => new TextDecoder().decode(value);

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
