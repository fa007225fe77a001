import { describe, expect, test } from "vitest";
import { type Order, type Packet, PcapngBlocks, pcap } from "./capture-files.ts";
import { importing, story } from "./importing.ts";
import { bytes, concat, cooked, ethernet, ipv4, text, udp } from "./packets.ts";
import { NOON } from "./tcp-talk.ts";

const packet = (said: string): Uint8Array =>
  ethernet(ipv4({ source: "10.0.0.1", destination: "10.0.0.2", protocol: 17, payload: udp(4000, 502, text(said)) }));
const packets: readonly Packet[] = [
  { wall: NOON + 123_456_789n, bytes: packet("one") },
  { wall: NOON + 2_000_000_001n, bytes: packet("two") },
];
const channel = "0 datagram 10.0.0.1:4000-10.0.0.2:502";
const orders: readonly Order[] = ["little", "big"];

describe("a pcap file", () => {
  test.each(orders)("of a %s-endian host with nanoseconds has exact times", async (order) => {
    const { started, records } = await importing(pcap(packets, { order, unit: "nanos" }));
    expect(started).toBe(NOON + 123_456_789n);
    expect(story(records, true)).toEqual([`@0 ${channel}`, "@0 0 tx one", "@1876543212 0 tx two"]);
  });

  test.each(orders)("of a %s-endian host with microseconds has exact times", async (order) => {
    const { started, records } = await importing(pcap(packets, { order, unit: "micros" }));
    expect(started).toBe(NOON + 123_456_000n);
    expect(story(records, true)).toEqual([`@0 ${channel}`, "@0 0 tx one", "@1876544000 0 tx two"]);
  });

  test("of the variant with longer packet headers is read", async () => {
    const plain = pcap(packets, { order: "big" });
    const file = concat(
      plain.slice(0, 24),
      plain.slice(24, 40),
      new Uint8Array(8),
      plain.slice(40, 40 + packets[0]!.bytes.length),
    );
    file.set([0xa1, 0xb2, 0xcd, 0x34]);
    expect(story((await importing(file)).records)).toEqual([channel, "0 tx one"]);
  });

  test("without packets is an import without records", async () => {
    const { records, started, report, failure } = await importing(pcap([]));
    expect([records, started, report.found, failure]).toEqual([[], undefined, 0, undefined]);
  });

  test("that ends within a packet keeps what came before, and says so", async () => {
    const whole = pcap(packets);
    for (const lost of [1, packets[1]!.bytes.length, packets[1]!.bytes.length + 15]) {
      const { records, report, failure } = await importing(whole.subarray(0, whole.length - lost));
      expect(story(records)).toEqual([channel, "0 tx one"]);
      expect(report.oddities).toEqual([{ kind: "torn", count: 1, bytes: 0 }]);
      expect(failure).toBeUndefined();
    }
  });

  test("with a packet of impossible length keeps what came before, and names the offset", async () => {
    const whole = pcap(packets);
    const second = 24 + 16 + packets[0]!.bytes.length;
    new DataView(whole.buffer).setUint32(second + 8, 0x7fff_ffff, true);
    for (const size of [7, 50, 1000]) {
      const { records, failure } = await importing(whole, { size });
      expect(story(records)).toEqual([channel, "0 tx one"]);
      expect(failure).toMatchObject({
        code: "INPUT_MALFORMED",
        file: "field",
        message: expect.stringContaining(`at offset ${second}`),
      });
    }
  });

  test("of another version is refused", async () => {
    const file = pcap(packets);
    file[4] = 3;
    await expect(importing(file)).rejects.toMatchObject({ code: "INPUT_MALFORMED", file: "field" });
  });

  test("in pieces is one import: what began in one file goes on in the next", async () => {
    const [first, second] = [pcap(packets.slice(0, 1)), pcap(packets.slice(1), { unit: "nanos", order: "big" })];
    const { records } = await importing([first, second]);
    expect(story(records, true)).toEqual([`@0 ${channel}`, "@0 0 tx one", "@1876544001 0 tx two"]);
  });
});

describe("the times of a capture", () => {
  const at = (...offsets: readonly bigint[]): Uint8Array =>
    pcap(
      offsets.map((offset) => ({ wall: NOON + offset, bytes: packet("x") })),
      { unit: "nanos" },
    );

  test("that go back by less than a second are out of order and stay where they are", async () => {
    const { records, report } = await importing(at(0n, 5_000n, 3_000n, 4_000n, 6_000n));
    expect(story(records, true).slice(1)).toEqual([
      "@0 0 tx x",
      "@5000 0 tx x",
      "@5000 0 tx x",
      "@5000 0 tx x",
      "@6000 0 tx x",
    ]);
    expect(report.oddities).toEqual([{ kind: "stamp-back", count: 2, bytes: 0 }]);
  });

  test("that go back further are a clock that was set, and time goes on", async () => {
    const { records } = await importing(at(0n, 7_000_000_000n, 1_000_000_000n, 1_000_000_500n));
    expect(story(records, true).slice(2)).toEqual([
      "@7000000000 0 tx x",
      "@7000000000 wall 2026-11-20T12:00:01.000000000Z -6000000000",
      "@7000000000 0 tx x",
      "@7000000500 0 tx x",
    ]);
  });

  test("that one damaged stamp throws off by decades are right again after it", async () => {
    const decades = 1_000_000_000_000_000_000n;
    const { records } = await importing(at(0n, 1_000n, decades, 3_000n, 4_000n));
    expect(story(records, true)).toEqual([
      `@0 ${channel}`,
      "@0 0 tx x",
      "@1000 0 tx x",
      "@1000 wall 2058-07-29T13:46:40.000000000Z 9007199254740991",
      "@1000 0 tx x",
      "@1000 wall 2026-11-20T12:00:00.000003000Z -9007199254740991",
      "@1000 0 tx x",
      "@2000 0 tx x",
    ]);
  });

  test("that go on for longer than a tape can be end the import, and what came before is kept", async () => {
    const hours = 20n * 3_600_000_000_000n;
    const days = Array.from({ length: 130 }, (_, index) => BigInt(index) * hours);
    const { records, failure } = await importing(at(...days));
    expect(failure).toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(records).toHaveLength(1 + 126);
  });
});

describe("a pcapng file", () => {
  const micros = (wall: bigint): bigint => wall / 1_000n;

  test.each(orders)("of a %s-endian host is read", async (order) => {
    const blocks = new PcapngBlocks(order);
    const file = concat(
      blocks.section(),
      blocks.interface(),
      ...packets.map(({ wall, bytes: content }) => blocks.packet(0, micros(wall), content)),
    );
    const { started, records, report } = await importing(file);
    expect(report.format).toBe("pcapng");
    expect(started).toBe(NOON + 123_456_000n);
    expect(story(records, true)).toEqual([`@0 ${channel}`, "@0 0 tx one", "@1876544000 0 tx two"]);
  });

  const resolutions: readonly (readonly [
    name: string,
    resolution: number,
    ticks: (nanos: bigint) => bigint,
    at: number,
  ])[] = [
    ["nanoseconds", 9, (nanos) => nanos, 1_876_543_212],
    ["picoseconds", 12, (nanos) => nanos * 1_000n + 999n, 1_876_543_212],
    ["milliseconds", 3, (nanos) => nanos / 1_000_000n, 1_877_000_000],
    ["seconds", 0, (nanos) => nanos / 1_000_000_000n, 2_000_000_000],
    ["2^-30 s", 0x80 | 30, (nanos) => (nanos << 30n) / 1_000_000_000n, 1_876_543_212],
    ["2^-10 s", 0x80 | 10, (nanos) => (nanos << 10n) / 1_000_000_000n, 1_876_953_125],
  ];
  test.each(resolutions)("may count in %s", async (_name, resolution, ticks, at) => {
    const blocks = new PcapngBlocks();
    const file = concat(
      blocks.section(),
      blocks.interface({ options: [{ code: 9, value: bytes(resolution) }] }),
      ...packets.map(({ wall, bytes: content }) => blocks.packet(0, ticks(wall), content)),
    );
    expect(story((await importing(file)).records, true).at(-1)).toBe(`@${at} 0 tx two`);
  });

  test("may count from another date than 1970", async () => {
    const blocks = new PcapngBlocks("big");
    const offset = 1_700_000_000n;
    const file = concat(
      blocks.section(),
      blocks.interface({ options: [{ code: 14, value: blocks.u64(offset) }] }),
      blocks.packet(0, micros(NOON - offset * 1_000_000_000n), packet("one")),
      blocks.interface({ options: [{ code: 14, value: blocks.u64(-3_600n) }] }),
      blocks.packet(1, micros(NOON + 3_600_000_000_000n), packet("two")),
    );
    const { started, records } = await importing(file);
    expect(started).toBe(NOON);
    expect(story(records, true)).toEqual([`@0 ${channel}`, "@0 0 tx one", "@0 0 tx two"]);
  });

  test("may hold several interfaces of several kinds, and several sections of both byte orders", async () => {
    const [little, big] = [new PcapngBlocks("little"), new PcapngBlocks("big")];
    const inner = ipv4({
      source: "10.0.0.1",
      destination: "10.0.0.2",
      protocol: 17,
      payload: udp(4000, 502, text("two")),
    });
    const file = concat(
      little.section(),
      little.interface(),
      little.interface({ linkType: 113, options: [{ code: 9, value: bytes(9) }] }),
      little.packet(0, micros(NOON), packet("one")),
      little.packet(1, NOON + 5n, cooked(inner)),
      big.section(),
      big.interface({ linkType: 101 }),
      big.packet(0, micros(NOON) + 1n, inner),
    );
    expect(story((await importing(file)).records, true)).toEqual([
      `@0 ${channel}`,
      "@0 0 tx one",
      "@5 0 tx two",
      "@1000 0 tx two",
    ]);
  });

  test("may hold packets in the simple and in the obsolete form", async () => {
    const blocks = new PcapngBlocks();
    const file = concat(
      blocks.section(),
      blocks.interface({ snapLength: 46 }),
      blocks.obsolete(0, micros(NOON), packet("one")),
      blocks.obsolete(0, micros(NOON) + 7n, packet("two")),
      blocks.simple(packet("three!"), 46),
    );
    expect(story((await importing(file)).records, true)).toEqual([
      `@0 ${channel}`,
      "@0 0 tx one",
      "@7000 0 tx two",
      "@7000 0 tx thre",
      "@7000 0 gap tx truncated 2",
    ]);
  });

  test("may hold blocks of other types, which are passed over, and people's comments, which become marks", async () => {
    const blocks = new PcapngBlocks();
    const file = concat(
      blocks.section(),
      blocks.block(0x0bad_c0de, new Uint8Array(100_000)),
      blocks.interface(),
      blocks.block(4, new Uint8Array(8)),
      blocks.packet(0, micros(NOON), packet("one"), { options: [{ code: 1, value: text("the pump stopped") }] }),
    );
    for (const size of [1, 7, 1 << 20]) {
      expect(story((await importing(file, { size })).records)).toEqual(["mark the pump stopped", channel, "0 tx one"]);
    }
  });

  test("says what was lost while capturing", async () => {
    const blocks = new PcapngBlocks("big");
    const statistics = concat(blocks.u32(0), blocks.u64(0n));
    const dropped = { code: 5, value: blocks.u64(12n) };
    const file = concat(
      blocks.section(),
      blocks.interface(),
      blocks.packet(0, micros(NOON), packet("one")),
      blocks.block(5, statistics, [dropped, { code: 7, value: blocks.u64(3n) }]),
    );
    expect((await importing(file)).report.oddities).toEqual([{ kind: "dropped", count: 15, bytes: 0 }]);
  });

  test("that is broken keeps what came before, and names the offset", async () => {
    const blocks = new PcapngBlocks();
    const begins = concat(blocks.section(), blocks.interface(), blocks.packet(0, micros(NOON), packet("one")));
    const broken: readonly (readonly [why: RegExp, block: Uint8Array])[] = [
      [/a block of 7 bytes/, concat(blocks.u32(6), blocks.u32(7), new Uint8Array(20))],
      [/a block of 33554432 bytes/, concat(blocks.u32(6), blocks.u32(1 << 25), new Uint8Array(20))],
      [/two lengths/, concat(blocks.u32(6), blocks.u32(16), blocks.u32(0), blocks.u32(20))],
      [/interface 5, which is not declared/, blocks.packet(5, 0n, packet("x"))],
      [/too short/, blocks.block(6, new Uint8Array(16))],
      [/too short/, blocks.block(6, concat(new Uint8Array(12), blocks.u32(0x8000_0000), new Uint8Array(8)))],
      [/section/, concat(blocks.u32(0x0a0d0d0a), blocks.u32(28), new Uint8Array(20))],
    ];
    for (const [why, block] of broken) {
      const { records, failure } = await importing(concat(begins, block));
      expect(story(records)).toEqual([channel, "0 tx one"]);
      expect(failure).toMatchObject({ code: "INPUT_MALFORMED", message: expect.stringMatching(why) });
      expect(failure?.message).toContain(`at offset ${begins.length}`);
    }
  });

  test("that ends within a block keeps what came before, and says so", async () => {
    const blocks = new PcapngBlocks();
    const begins = concat(blocks.section(), blocks.interface(), blocks.packet(0, micros(NOON), packet("one")));
    for (const tail of [blocks.packet(0, micros(NOON), packet("two")), blocks.block(4, new Uint8Array(40))]) {
      for (const kept of [1, 11, 12, tail.length - 1]) {
        const { records, report, failure } = await importing(concat(begins, tail.subarray(0, kept)));
        expect(story(records)).toEqual([channel, "0 tx one"]);
        expect(report.oddities.map(({ kind }) => kind)).toEqual(["torn"]);
        expect(failure).toBeUndefined();
      }
    }
  });
});
