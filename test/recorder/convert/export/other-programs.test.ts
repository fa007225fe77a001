import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { needs } from "../../../needs.ts";
import { temporaryFolder } from "../../../temporary-folder.ts";
import { pcap } from "../capture-files.ts";
import { importing } from "../importing.ts";
import { TcpTalk } from "../tcp-talk.ts";
import { channel, exported, header, plc, raw, tape } from "./exported-tape.ts";

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
