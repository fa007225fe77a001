import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { JsonObject } from "../../../src/bytes/json.ts";
import { type ChainPlan, framerPart, sessionPart } from "../../../src/machine/chain-plan.ts";
import { replay } from "../../../src/machine/replay.ts";
import { MODBUS_RTU_OPTIONS, modbusRtu } from "../../../src/protocol/modbus/modbus-rtu.ts";
import { MODBUS_SESSION_OPTIONS, modbusSession } from "../../../src/protocol/modbus/modbus-session.ts";
import { MODBUS_TCP_OPTIONS, modbusTcp } from "../../../src/protocol/modbus/modbus-tcp.ts";
import { parseRechunking, rechunk } from "../../../src/tape/rechunk.ts";
import type { TapeRecord } from "../../../src/tape/record.ts";
import { transformRecords } from "../../../src/tape/transform.ts";
import { seconds } from "../../../src/time/nanos.ts";
import { onCaptures } from "../../captures.ts";
import { importing } from "../../recorder/convert/importing.ts";

const tcp: ChainPlan = { role: "observer", framer: framerPart(modbusTcp, MODBUS_TCP_OPTIONS) };
const rtu: ChainPlan = { role: "observer", framer: framerPart(modbusRtu, MODBUS_RTU_OPTIONS) };

/** What a plan says of a tape as it was recorded and with its reads cut in other ways, the latter without the order among wires. */
const CUTS = ["joined", "1", "7", "random:1", "random:2", "random:3"];

function values(plan: ChainPlan, records: readonly TapeRecord[]): { channel: number; value: JsonObject }[] {
  return replay(plan, records, { time: "recorded", drain: seconds(1) }).flatMap((output) =>
    output.type === "output" ? [{ channel: output.channel, value: output.value }] : [],
  );
}

function expectSameHoweverCut(plan: ChainPlan, records: readonly TapeRecord[]): void {
  const sorted = (tape: readonly TapeRecord[]) =>
    values(plan, tape)
      .map((one) => JSON.stringify(one))
      .sort();
  const asRecorded = sorted(records);
  expect(sorted(records)).toEqual(asRecorded);
  for (const cut of CUTS) {
    expect(sorted(transformRecords(records, rechunk(parseRechunking(cut)))), cut).toEqual(asRecorded);
  }
}

describe("captures of Modbus/TCP", () => {
  for (const name of ["iti-part1", "suricata-modbus", "zeek-modbusSmall"]) {
    onCaptures(`${name} decodes to the frames that an independent decoder found, however it is cut`, async (folder) => {
      const file = readFileSync(join(folder, `modbus-tcp/${name}.pcap`));
      const { records } = await importing(file, { ports: new Set([502]) });
      const lines = readFileSync(join(folder, `modbus-tcp/${name}.expected.jsonl`), "utf8")
        .trim()
        .split("\n");
      const expected = lines.map((line) => {
        const { dir, tid, len, unit, fc } = JSON.parse(line);
        return { dir: dir === "c2s" ? "tx" : "rx", transaction: tid, unit, function: fc, length: len + 6 };
      });
      const frames = values(tcp, records).filter(({ value }) => value["type"] === "frame");
      const found = frames.map(({ value }) => {
        const { dir, transaction, unit, function: code, span } = value;
        return { dir, transaction, unit, function: code, length: (span as readonly number[])[1] };
      });
      expect(found).toEqual(expected);
      expectSameHoweverCut(tcp, records);
    });
  }
});

describe("a capture of Modbus RTU", () => {
  const FILE = "modbus-rtu/socat-x.txt";

  onCaptures("decodes to all its frames and no fault, however it is cut", async (folder) => {
    const { records } = await importing(readFileSync(join(folder, FILE)));
    const said = values(rtu, records).map(({ value }) => value);
    // 133 reads are one frame each; one more read holds two.
    expect(said).toHaveLength(135);
    expect(said.every(({ type }) => type === "frame")).toBe(true);
    expect(said.filter(({ exception }) => exception !== undefined)).toHaveLength(42);
    expectSameHoweverCut(rtu, records);
  });

  for (const [file, dir, frames, exceptions] of [
    ["c2s.raw", "tx", 70, 0],
    ["s2c.raw", "rx", 65, 42],
  ] as const) {
    onCaptures(`${file}, without any times, decodes to the same frames`, async (folder) => {
      const { records } = await importing(readFileSync(join(folder, "modbus-rtu", file)), { format: "raw", dir });
      const said = values(rtu, records).map(({ value }) => value);
      expect(said.filter(({ type }) => type === "frame")).toHaveLength(frames);
      expect(said).toHaveLength(frames);
      expect(said.filter(({ exception }) => exception !== undefined)).toHaveLength(exceptions);
    });
  }

  onCaptures("heard on one wire is told apart into requests and replies", async (folder) => {
    const { records } = await importing(readFileSync(join(folder, FILE)));
    const dirs = records.flatMap((record) => (record.type === "raw" ? [record.dir] : []));
    const oneWire = records.map((record) => (record.type === "raw" ? { ...record, dir: "rx" as const } : record));
    const options = { ...MODBUS_RTU_OPTIONS, device: "both" } as const;
    const said = values({ role: "observer", framer: framerPart(modbusRtu, options) }, oneWire).map(
      ({ value }) => value,
    );
    expect(said).toHaveLength(135);
    // The client once sent the bytes of a reply behind a request, as one read.
    const roles = dirs.flatMap((dir, read) =>
      read === 74 - 1 ? ["request", "reply"] : [dir === "tx" ? "request" : "reply"],
    );
    expect(said.map(({ role }) => role)).toEqual(roles);
  });

  onCaptures("is a conversation whose every request has one end", async (folder) => {
    const { records } = await importing(readFileSync(join(folder, FILE)));
    const session = sessionPart(modbusSession, MODBUS_SESSION_OPTIONS);
    const states = values({ ...rtu, session }, records).flatMap(({ value }) =>
      value["type"] === "state" ? [value["state"]] : [],
    );
    const count = (name: string) => states.filter((state) => state === name).length;
    expect(count("refused")).toBe(42);
    expect(count("requested") + count("retried")).toBe(
      ["answered", "refused", "contradicted", "timed-out", "given-up", "cut-off"].reduce(
        (sum, name) => sum + count(name),
        0,
      ),
    );
  });
});
