import { createExporter } from "../../../../src/recorder/convert/export/create-exporter.ts";
import type { ExporterOptions, ExportFormat } from "../../../../src/recorder/convert/export/exporter.ts";
import type { ChannelRecord, HeaderRecord, TapeRecord } from "../../../../src/tape/record.ts";
import { nanos } from "../../../../src/time/nanos.ts";
import { bytes, concat, text } from "../packets.ts";

export const header: HeaderRecord = {
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

export function exported(
  records: readonly TapeRecord[],
  format: ExportFormat,
  more: Partial<ExporterOptions> = {},
): Uint8Array {
  const exporter = createExporter(format, { header, application: "fieldtape 1.0", ...more });
  const half = records.length >> 1;
  return concat(exporter.write(records.slice(0, half)), exporter.write(records.slice(half)), exporter.end());
}

export const channel = (number: number, source: string, more: Partial<ChannelRecord> = {}): ChannelRecord => ({
  type: "channel",
  at: nanos(0),
  channel: number,
  name: `wire ${number}`,
  kind: "stream",
  source,
  settings: {},
  ...more,
});
export const plc = channel(0, "tcp:192.168.1.10:502", {
  settings: { role: "tap", client: "10.0.0.7:40001", device: "192.168.1.10:502" },
});
export const port = channel(1, "serial:/dev/ttyUSB0", { settings: { role: "capture", baud: 9600 } });
export const beacon = channel(2, "udp:[fe80::1]:4000", {
  kind: "datagram",
  settings: { client: "[fe80::2]:5000", device: "[fe80::1]:4000" },
});
export const raw = (at: number, number: number, dir: "rx" | "tx", value: string | Uint8Array): TapeRecord => ({
  type: "raw",
  at: nanos(at),
  channel: number,
  dir,
  bytes: typeof value === "string" ? text(value) : value,
});

export const tape: readonly TapeRecord[] = [
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
