import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { TapeRecord } from "../../../src/tape/record.ts";
import { onCaptures } from "../../captures.ts";
import { importing, payload } from "./importing.ts";

/** The Modbus/TCP frames of one direction, cut by the length in their headers, as their first eight bytes say. */
function frames(stream: Uint8Array): { tid: number; len: number; unit: number; fc: number }[] {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
  const found = [];
  for (let start = 0; start + 8 <= stream.length; start += 6 + view.getUint16(start + 4)) {
    const [tid, len] = [view.getUint16(start), view.getUint16(start + 4)];
    found.push({ tid, len, unit: view.getUint8(start + 6), fc: view.getUint8(start + 7) & 0x7f });
  }
  return found;
}

/** By the other end's port, as the capture's expectations count streams in the order of their first packet. */
const channels = (records: readonly TapeRecord[]): number[] =>
  records.flatMap((record) => (record.type === "channel" ? [record.channel] : []));

describe("a capture from the field", () => {
  for (const name of ["iti-part1", "suricata-modbus", "zeek-modbusSmall"]) {
    onCaptures(`${name} holds the Modbus/TCP frames that an independent decoder found`, async (folder) => {
      const file = readFileSync(join(folder, `modbus-tcp/${name}.pcap`));
      const { records } = await importing(file, { ports: new Set([502]) });
      const heard = channels(records).flatMap((channel) => [
        ...frames(payload(records, channel, "tx")).map((frame) => JSON.stringify({ dir: "c2s", ...frame })),
        ...frames(payload(records, channel, "rx")).map((frame) => JSON.stringify({ dir: "s2c", ...frame })),
      ]);
      const lines = readFileSync(join(folder, `modbus-tcp/${name}.expected.jsonl`), "utf8")
        .trim()
        .split("\n");
      for (const line of lines) {
        const { dir, tid, len, unit, fc } = JSON.parse(line);
        const found = heard.indexOf(JSON.stringify({ dir, tid, len, unit, fc }));
        expect(found, line).toBeGreaterThanOrEqual(0);
        heard.splice(found, 1);
      }
    });
  }

  onCaptures("of a download that was resumed holds every byte of the file", async (folder) => {
    const { records } = await importing(readFileSync(join(folder, "http-range/206_example_a.pcap")));
    const { size, sha256 } = JSON.parse(readFileSync(join(folder, "http-range/expected.json"), "utf8"))[
      "206_example_a.pcap"
    ];
    const bodies: { readonly start: number; readonly bytes: Uint8Array }[] = [];
    for (const channel of channels(records)) {
      let rest = Buffer.from(payload(records, channel, "rx"));
      for (let end = rest.indexOf("\r\n\r\n"); end >= 0; end = rest.indexOf("\r\n\r\n")) {
        const head = rest.subarray(0, end).toString("latin1");
        const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
        const start = /content-range: *bytes (\d+)/i.exec(head)?.[1];
        const body = rest.subarray(end + 4, end + 4 + length);
        if (start !== undefined || length > 0) bodies.push({ start: Number(start ?? 0), bytes: body });
        rest = rest.subarray(end + 4 + length);
      }
    }
    const file = Buffer.alloc(size);
    for (const body of bodies.sort((a, b) => b.start - a.start))
      file.set(body.bytes.subarray(0, size - body.start), body.start);
    expect(createHash("sha256").update(file).digest("hex")).toBe(sha256);
  });

  onCaptures("of an inverter has every line's bytes at its time", async (folder) => {
    for (const name of readdirSync(join(folder, "inverter-tcp")).filter((file) => file.endsWith(".log"))) {
      const file = readFileSync(join(folder, "inverter-tcp", name));
      const lines = file.toString().trim().split("\n");
      const { records, report } = await importing(file);
      expect(report).toMatchObject({ format: "hex-log", found: lines.length, oddities: [] });
      const heard = records.flatMap((record) =>
        record.type === "raw" ? [`${record.dir} ${Buffer.from(record.bytes).toString("hex")}`] : [],
      );
      expect(heard).toEqual(lines.map((line) => line.slice(line.indexOf(" ") + 1)));
    }
  });

  for (const [dump, tx, rx] of [
    ["modbus-rtu/socat-x.txt", "modbus-rtu/c2s.raw", "modbus-rtu/s2c.raw"],
    ["xmodem-serial/xmodem.socat-x.txt", "xmodem-serial/xmodem.s2r.raw", "xmodem-serial/xmodem.r2s.raw"],
  ] as const) {
    onCaptures(`${dump} holds the bytes that were recorded beside it`, async (folder) => {
      const { records } = await importing(readFileSync(join(folder, dump)));
      expect(Buffer.from(payload(records, 0, "tx")).equals(readFileSync(join(folder, tx)))).toBe(true);
      expect(Buffer.from(payload(records, 0, "rx")).equals(readFileSync(join(folder, rx)))).toBe(true);
    });
  }

  onCaptures("of a meter bus is one read a file", async (folder) => {
    for (const name of readdirSync(join(folder, "mbus-serial")).filter((file) => file.endsWith(".hex"))) {
      const { records, report } = await importing(readFileSync(join(folder, "mbus-serial", name)));
      const frame = payload(records, 0, "rx");
      expect([report.format, report.reads, frame[0], frame.at(-1)]).toEqual(["hex", 1, 0x68, 0x16]);
    }
  });
});
