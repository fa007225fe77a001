import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { compileFormat } from "../../src/cli/kaitai-format.ts";
import { Chain, type ChainOptions } from "../../src/machine/chain.ts";
import { type ChainRecord, framerPart } from "../../src/machine/chain-plan.ts";
import { ChainOutputs, replay } from "../../src/machine/replay.ts";
import type { CompiledFormat } from "../../src/plugin/kaitai/compiled-format.ts";
import { kaitaiFramer } from "../../src/plugin/kaitai/kaitai-framer.ts";
import { parseKaitaiOptions } from "../../src/plugin/kaitai/schema.ts";
import { nanos, ZERO } from "../../src/time/nanos.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const MODBUS = resolve(import.meta.dirname, "../../docs/examples/modbus_tcp.ksy");
const MEMBERS = { transaction: "transaction", function: "pdu.function", values: "pdu.values" };
const ONE = "0001000000050103020007";
const TWO = "000200000003018402";

let modbus: CompiledFormat;
beforeAll(async () => {
  modbus = await compileFormat(MODBUS);
});

/** A format of its own, as a file that is compiled. */
function format(text: string): Promise<CompiledFormat> {
  const file = join(temporaryFolder(), "format.ksy");
  writeFileSync(file, text);
  return compileFormat(file);
}

const raw = (hex: string, at = 1): ChainRecord => ({
  type: "raw",
  at: nanos(at),
  channel: 0,
  dir: "rx",
  bytes: Uint8Array.from(Buffer.from(hex, "hex")),
});

function said(
  compiled: CompiledFormat,
  records: readonly ChainRecord[],
  { options = {}, ...chain }: { options?: Parameters<typeof parseKaitaiOptions>[0] } & Partial<ChainOptions> = {},
): unknown[] {
  const framer = framerPart(kaitaiFramer(compiled, parseKaitaiOptions(options)), {});
  const outputs = replay({ role: "observer", framer }, records, { time: "recorded", drain: ZERO, ...chain });
  return outputs.map((output) => (output.type === "output" ? output.value : output));
}

describe("a format that is declared", () => {
  test("says all its members, instances among them, with bytes as hex and its place on the wire", () => {
    expect(said(modbus, [raw(ONE)])).toEqual([
      {
        type: "frame",
        dir: "rx",
        span: [0, 11],
        transaction: 1,
        protocol: "0000",
        length: 5,
        unit: 1,
        pdu: { code: 3, count: 2, values: [7], reply: true, function: 3 },
        role: "reply",
      },
    ]);
  });

  test("says those members that are asked for, where they are there", () => {
    expect(said(modbus, [raw(ONE + TWO)], { options: { say: MEMBERS } })).toEqual([
      { type: "frame", dir: "rx", span: [0, 11], transaction: 1, function: 3, values: [7] },
      { type: "frame", dir: "rx", span: [11, 9], transaction: 2, function: 4 },
    ]);
  });

  test("finds the same frames however the reads are cut, with noise between them", () => {
    const bytes = `${ONE}ff00ff${TWO}0001${ONE}00`;
    const whole = said(modbus, [raw(bytes)], { options: { say: MEMBERS } });
    expect(whole).toMatchObject([
      { span: [0, 11] },
      { fault: "rubbish", span: [11, 3] },
      { span: [14, 9] },
      { fault: "rubbish", span: [23, 2] },
      { span: [25, 11] },
      { fault: "unfinished", span: [36, 1] },
    ]);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: bytes.length / 2 - 1 })), (places) => {
        const cuts = [0, ...places.sort((a, b) => a - b), bytes.length / 2];
        const pieces = cuts.slice(1).map((end, index) => raw(bytes.slice((cuts[index] ?? 0) * 2, end * 2)));
        expect(said(modbus, pieces, { options: { say: MEMBERS } })).toEqual(whole);
      }),
    );
  });

  test("whatever bytes come, each is in one frame or fault, and nothing fails", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const values = said(modbus, [{ ...raw(""), bytes } as ChainRecord]) as { span: [number, number] }[];
        let next = 0;
        for (const { span } of values) {
          expect(span[0]).toBe(next);
          next += span[1];
        }
        expect(next).toBe(bytes.length);
      }),
    );
  });

  test("lost bytes interrupt the frame that waited, and what stands behind a false start is found", () => {
    const gap: ChainRecord = { type: "gap", at: nanos(2), channel: 0, cause: "overrun" };
    const values = said(modbus, [raw("00010000"), gap, raw(ONE, 3), raw(`0009000000fe${TWO}`, 4)]);
    expect(values).toMatchObject([
      { fault: "interrupted", span: [0, 4] },
      { type: "frame", span: [4, 11] },
      { fault: "unfinished", span: [15, 6] },
      { type: "frame", span: [21, 9] },
    ]);
  });

  test("a state in the middle of a frame can be kept and gone on from", () => {
    const plan = { role: "observer", framer: framerPart(kaitaiFramer(modbus, { maximum: 4_096 }), {}) } as const;
    const [before, after] = [new ChainOutputs(), new ChainOutputs()];
    const chain = new Chain(plan, before, { time: "recorded" });
    chain.take(raw(ONE.slice(0, 9 * 2)));
    const next = new Chain(plan, after, { time: "recorded" });
    next.restore(chain.snapshot());
    next.take(raw(ONE.slice(9 * 2)));
    expect(after.take()).toMatchObject([{ value: { type: "frame", span: [0, 11] } }]);
  });
});

describe("how a format ends", () => {
  const LINE = `
meta: { id: line, encoding: ASCII }
seq:
  - { id: words, type: str, terminator: 0x20, repeat: until, repeat-until: _ == "." }
  - { id: sum, type: u1 }
`;

  test("with a terminator, it waits for that", async () => {
    const line = await format(LINE);
    const bytes = Buffer.from("one two . \u0001").toString("hex");
    expect(said(line, [raw(bytes.slice(0, 8)), raw(bytes.slice(8))])).toMatchObject([
      { span: [0, 11], words: ["one", "two", "."], sum: 1 },
    ]);
  });

  test("beyond the maximum it is none: what begins so is passed over", async () => {
    const line = await format(LINE);
    expect(said(line, [raw("41".repeat(100))], { options: { maximum: 8 } })).toMatchObject([
      { fault: "rubbish", span: [0, 93] },
      { fault: "unfinished", span: [93, 7] },
    ]);
  });

  test("with the stream's own end it never would, and is told so; with a datagram's it does", async () => {
    const rest = await format("meta: { id: rest }\nseq:\n  - { id: all, size-eos: true }\n");
    expect(() => said(rest, [raw("0102")])).toThrow(/reads to the end of its input/);
    const channels = new Map([[0, { kind: "datagram" as const }]]);
    expect(said(rest, [raw("0102"), raw("03", 2)], { channels })).toMatchObject([
      { span: [0, 2], all: "0102" },
      { span: [2, 1], all: "03" },
    ]);
  });

  test("a datagram that is too short is truncated", () => {
    const channels = new Map([[0, { kind: "datagram" as const }]]);
    expect(said(modbus, [raw(ONE.slice(0, 12)), raw(ONE, 2)], { channels })).toMatchObject([
      { type: "fault", span: [0, 6] },
      { type: "frame", span: [6, 11] },
    ]);
  });
});

describe("a format that is wrong", () => {
  test.each([
    ["meta: [", /no YAML/],
    ["seq: []", /no id/],
    ["meta: { id: x }\nseq:\n  - { id: a, type: nonsense }\n", /compiler refuses/],
    ["meta: { id: x, imports: [/common/y] }\nseq: []\n", /no common library|compiler refuses/],
  ])("is refused in words: %j", async (text, words) => {
    await expect(format(text)).rejects.toThrow(words);
  });

  test("one that is not there is missing", async () => {
    await expect(compileFormat("/nowhere/format.ksy")).rejects.toMatchObject({ code: "INPUT_MISSING" });
  });

  test("an option that does not exist is refused by name", () => {
    expect(() => parseKaitaiOptions({ members: {} })).toThrow(/members/);
  });
});
