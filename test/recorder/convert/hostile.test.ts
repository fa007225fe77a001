import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { FieldtapeError } from "../../../src/errors.ts";
import { detectFormat, IMPORT_FORMATS, type ImportFormat } from "../../../src/recorder/convert/detect.ts";
import { PcapngBlocks, pcap } from "./capture-files.ts";
import { type Imported, importing } from "./importing.ts";
import { bytes, concat, text } from "./packets.ts";
import { TcpTalk } from "./tcp-talk.ts";

/** Imports, and holds the result to what every import promises: times never go back, channels are declared, errors are ours. */
async function survives(content: Uint8Array, format: ImportFormat, size?: number): Promise<Imported | undefined> {
  try {
    const imported = await importing(content, { format, ...(size === undefined ? {} : { size }) });
    const declared = new Set<number>();
    let at = 0;
    for (const record of imported.records) {
      if (record.type === "header") throw new Error("an import has no header");
      expect(record.at).toBeGreaterThanOrEqual(at);
      at = record.at;
      if (record.type === "channel") declared.add(record.channel);
      else if ("channel" in record && record.channel !== undefined) expect(declared.has(record.channel)).toBe(true);
    }
    if (imported.failure !== undefined) expect(imported.failure).toBeInstanceOf(FieldtapeError);
    return imported;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(FieldtapeError);
    expect((thrown as FieldtapeError).code).toMatch(/INPUT_MALFORMED|LIMIT_EXCEEDED|USAGE/);
    return undefined;
  }
}

const talk = new TcpTalk({ deviceStart: 0xffff_fffa })
  .handshake()
  .says("device", 4, "efgh")
  .says("caller", 0, "ask")
  .says("device", 0, "abcd", { acknowledged: 3 })
  .says("device", 8, "ijkl", { captured: 2 })
  .fin("device", 12, 3)
  .fin("caller", 3, 13);
const asPcap = pcap(talk.packets, { unit: "nanos" });
const blocks = new PcapngBlocks("big");
const asPcapng = concat(
  blocks.section([{ code: 4, value: text("a sniffer") }]),
  blocks.interface({
    options: [
      { code: 9, value: bytes(9) },
      { code: 14, value: blocks.u64(0n) },
    ],
  }),
  ...talk.packets.map(({ wall, bytes: whole, captured }) =>
    blocks.packet(0, wall, whole, { captured: captured ?? whole.length, options: [{ code: 1, value: text("here") }] }),
  ),
);

describe("input that means no good", () => {
  test.prop([fc.uint8Array({ maxLength: 600 }), fc.constantFrom(...IMPORT_FORMATS)])(
    "of any bytes gives records or an error of ours",
    async (content, format) => {
      await survives(content, format);
    },
  );

  test.prop([fc.uint8Array({ maxLength: 400 })])(
    "of any bytes behind a capture's beginning gives records or an error of ours",
    async (content) => {
      await survives(concat(asPcap.subarray(0, 24), content), "pcap");
      await survives(concat(asPcapng.subarray(0, 100), content), "pcapng");
    },
  );

  test.prop([fc.uint8Array({ maxLength: 200 })])("is told by its content without a failure", (content) => {
    try {
      expect(IMPORT_FORMATS).toContain(detectFormat(content));
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(FieldtapeError);
    }
  });

  for (const [name, whole] of [
    ["pcap", asPcap],
    ["pcapng", asPcapng],
  ] as const) {
    test(`a ${name} file cut off anywhere keeps every packet before the cut`, async () => {
      let reads = 0;
      for (let length = 1; length <= whole.length; length++) {
        const imported = await survives(whole.subarray(0, length), name);
        const now = imported?.report.reads ?? 0;
        expect(now).toBeGreaterThanOrEqual(reads);
        reads = now;
      }
      expect(reads).toBe(4);
    });

    test(`a ${name} file with any byte damaged gives records or an error of ours`, async () => {
      for (let index = 0; index < whole.length; index++) {
        for (const damage of [1 << (index & 7), 0xff]) {
          const damaged = whole.slice();
          damaged[index]! ^= damage;
          await survives(damaged, name);
        }
      }
    });

    test.prop([fc.integer({ min: 1, max: 200 })])(
      `a ${name} file gives the same records in chunks of any size`,
      async (size) => {
        expect((await survives(whole, name, size))?.records).toEqual((await survives(whole, name))?.records);
      },
    );
  }

  test.prop([
    fc.array(
      fc.constantFrom(
        "> 2026/11/20 23:11:12.000579160  length=",
        "8",
        " from=0 to=7\n",
        " 11 22",
        "\n",
        "--\n",
        "x",
        "1.5 rx ",
        "9999-12-31T23:59:59Z tx ",
      ),
      { maxLength: 60 },
    ),
  ])("made of pieces of dumps gives records or an error of ours", async (pieces) => {
    const content = text(pieces.join(""));
    await survives(content, "socat");
    await survives(content, "hex-log");
    await survives(content, "jsonl-v1");
  });
});
