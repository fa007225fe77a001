import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { crc, crcOf } from "../../src/bytes/crc.ts";
import { fromHex, toHex } from "../../src/bytes/hex.ts";
import { lengthPrefixed } from "../../src/protocol/length-prefixed.ts";
import { onCaptures } from "../captures.ts";
import { inverter, mbus } from "./declared-layouts.ts";
import { chunked, forever, joined, said } from "./framer-laws.ts";
import { hex } from "./transcript.ts";

/** The bytes of one direction of a `TIME rx|tx HEX` log. */
function wireOf(file: string, dir: "rx" | "tx"): Uint8Array {
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.includes(` ${dir} `));
  return joined(lines.map((line) => hex(line.split(" ")[2] ?? "")));
}

/** Nothing but the length fields, followed from the first byte on: what the framer must find. */
function walk(wire: Uint8Array): { span: [number, number]; crcValid: boolean }[] {
  const frames: { span: [number, number]; crcValid: boolean }[] = [];
  for (let at = 0; at < wire.length; ) {
    const size = 6 + ((wire[at + 4] ?? 0) << 8) + (wire[at + 5] ?? 0);
    const frame = wire.subarray(at, at + size);
    const check = crcOf(crc("CRC-16/MODBUS"), frame, 26, size - 2);
    const heartbeat = frame[7] === 1;
    frames.push({
      span: [at, size],
      crcValid: heartbeat || check === (frame[size - 2] ?? 0) + (frame[size - 1] ?? 0) * 256,
    });
    at += size;
  }
  return frames;
}

describe("captures", () => {
  onCaptures(
    "an inverter's dongle: every frame of an hour is found, and those with a broken CRC inside are told",
    (folder) => {
      for (const [name, found] of [
        ["hybrid_gen1_arm449_0x11_poll_10min.log", { rx: 482, tx: 245, broken: 0 }],
        ["hybrid_gen1_arm449_givbat82_givbat95gen3_60min.log", { rx: 1_822, tx: 21, broken: 11 }],
      ] as const) {
        let broken = 0;
        for (const dir of ["rx", "tx"] as const) {
          const wire = wireOf(join(folder, "inverter-tcp", name), dir);
          const expected = walk(wire);
          expect(expected).toHaveLength(found[dir]);
          for (const size of [wire.length, 1, 7, 1_000]) {
            const outputs = said(lengthPrefixed, inverter, [...chunked(wire, forever(size)), { type: "end" }], dir);
            expect(outputs.map(({ type, span }) => ({ span, crcValid: type === "frame" }))).toEqual(expected);
            if (size === 1) broken += outputs.filter(({ fault }) => fault === "bad-crc").length;
          }
        }
        expect(broken).toBe(found.broken);
      }
    },
  );

  onCaptures("forty meters: every M-Bus frame is valid, however it is cut", (folder) => {
    const files = readdirSync(join(folder, "mbus-serial")).filter((file) => file.endsWith(".hex"));
    const frames = files.map((file) => fromHex(readFileSync(join(folder, "mbus-serial", file), "utf8"))!);
    expect(frames).toHaveLength(40);
    for (const size of [100_000, 1, 7]) {
      const outputs = said(lengthPrefixed, mbus, [...chunked(joined(frames), forever(size)), { type: "end" }]);
      expect(outputs).toMatchObject(
        frames.map((frame) => ({ layout: "long", payload: toHex(frame, 4, frame.length - 2) })),
      );
    }
  });
});
