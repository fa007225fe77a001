import { describe, expect, test } from "vitest";
import { pcap } from "./capture-files.ts";
import { importing, story } from "./importing.ts";
import {
  type Bytes,
  bytes,
  concat,
  cooked,
  cooked2,
  cooked2Tagged,
  ethernet,
  ipv4,
  ipv4Fragments,
  ipv6,
  loopback,
  snap,
  text,
  u16,
  u32,
  udp,
} from "./packets.ts";
import { NOON } from "./tcp-talk.ts";

const datagram = udp(4000, 502, text("hello"));
const four = ipv4({ source: "10.0.0.1", destination: "10.0.0.2", protocol: 17, payload: datagram });
const six = ipv6({ source: "fe80::1", destination: "2001:db8:0:0:1::2", next: 17, payload: datagram });
const heardFour = ["0 datagram 10.0.0.1:4000-10.0.0.2:502", "0 tx hello"];
const heardSix = ["0 datagram [fe80::1]:4000-[2001:db8::1:0:0:2]:502", "0 tx hello"];

async function captured(
  linkType: number,
  ...packets: readonly Bytes[]
): Promise<Awaited<ReturnType<typeof importing>>> {
  return importing(
    pcap(
      packets.map((packet, index) => ({ wall: NOON + BigInt(index) * 1000n, bytes: packet })),
      { linkType },
    ),
  );
}
const told = async (linkType: number, ...packets: readonly Bytes[]): Promise<string[]> =>
  story((await captured(linkType, ...packets)).records);
const oddities = async (linkType: number, ...packets: readonly Bytes[]): Promise<string[]> =>
  (await captured(linkType, ...packets)).report.oddities.map(({ kind, count }) => `${kind} ${count}`);

describe("what carries the datagrams of a capture", () => {
  const links: readonly (readonly [name: string, linkType: number, wrap: (datagram: Bytes) => Bytes])[] = [
    ["Ethernet", 1, ethernet],
    ["Ethernet with padding behind a short datagram", 1, (inner) => ethernet(inner, [], 9)],
    ["a VLAN (802.1Q)", 1, (inner) => ethernet(inner, [0x8100])],
    ["a VLAN in a VLAN (802.1ad)", 1, (inner) => ethernet(inner, [0x88a8, 0x8100])],
    ["a VLAN in a VLAN of the older kind", 1, (inner) => ethernet(inner, [0x9100, 0x8100])],
    ["IEEE 802.3 with SNAP", 1, snap],
    ["Linux cooked, version 1", 113, cooked],
    ["Linux cooked, version 1, in a VLAN", 113, (inner) => cooked(inner, [0x8100])],
    ["Linux cooked, version 2", 276, cooked2],
    ["Linux cooked, version 2, in a VLAN", 276, cooked2Tagged],
    ["raw IP", 101, (inner) => inner],
    ["raw IP under its older numbers", 12, (inner) => inner],
    ["raw IP under OpenBSD's number", 14, (inner) => inner],
    ["loopback of a little-endian host", 0, (inner) => loopback(inner, "little")],
    ["loopback of a big-endian host", 0, (inner) => loopback(inner, "big")],
    ["loopback of OpenBSD", 108, (inner) => loopback(inner, "big", 24)],
  ];
  test.each(links)("%s is read, with IPv4 and with IPv6", async (_name, linkType, wrap) => {
    expect(await told(linkType, wrap(four))).toEqual(heardFour);
    expect(await told(linkType, wrap(six))).toEqual(heardSix);
  });

  test("raw IP that is of one version only has a number for each", async () => {
    expect(await told(228, four)).toEqual(heardFour);
    expect(await told(229, six)).toEqual(heardSix);
  });

  test("each system's number for IPv6 on loopback is known", async () => {
    for (const family of [10, 24, 28, 30]) {
      expect(await told(0, loopback(six, "little", family))).toEqual(heardSix);
    }
  });

  test("what is no IP is left out and counted", async () => {
    const arp = concat(new Uint8Array(12), u16(0x0806), new Uint8Array(28));
    const spanningTree = concat(new Uint8Array(12), u16(38), new Uint8Array(38));
    expect(await oddities(1, arp, spanningTree, ethernet(four))).toEqual(["not-ip 2"]);
  });

  test("IP that is neither TCP nor UDP is left out and counted", async () => {
    const ping = ipv4({ source: "10.0.0.1", destination: "10.0.0.2", protocol: 1, payload: new Uint8Array(8) });
    expect(await oddities(1, ethernet(ping), ethernet(four))).toEqual(["not-transport 1"]);
  });

  test("a packet that ends within its headers is left out and counted", async () => {
    const whole = ethernet(four);
    const cut = Array.from({ length: 14 + 20 + 8 }, (_, length) => whole.subarray(0, length));
    expect(await oddities(1, ...cut, whole)).toEqual([`malformed ${cut.length}`]);
  });

  test("a link type that is not known is an error that names it", async () => {
    await expect(captured(105, four)).rejects.toMatchObject({
      code: "INPUT_MALFORMED",
      message: expect.stringContaining("link type 105"),
    });
  });
});

describe("IP in a capture", () => {
  test("may have options", async () => {
    const optioned = ipv4({
      source: "10.0.0.1",
      destination: "10.0.0.2",
      protocol: 17,
      payload: datagram,
      options: bytes(7, 7, 4, 0, 0, 0, 0, 0),
    });
    expect(await told(101, optioned)).toEqual(heardFour);
  });

  test("of length 0 is as long as its packet: the network card cuts it later", async () => {
    const uncut = ipv4({
      source: "10.0.0.1",
      destination: "10.0.0.2",
      protocol: 17,
      payload: datagram,
      totalLength: 0,
    });
    expect(await told(101, uncut)).toEqual(heardFour);
  });

  test("version 6 may have extension headers", async () => {
    const hopByHop = concat(bytes(60, 0), new Uint8Array(6));
    const destination = concat(bytes(43, 1), new Uint8Array(14));
    const routing = concat(bytes(51, 0, 0, 0), u32(0));
    const authentication = concat(bytes(17, 4), new Uint8Array(22));
    const payload = concat(hopByHop, destination, routing, authentication, datagram);
    const extended = ipv6({ source: "fe80::1", destination: "2001:db8:0:0:1::2", next: 0, payload });
    expect(await told(101, extended)).toEqual(heardSix);
  });

  const long = udp(4000, 502, text("a".repeat(8) + "b".repeat(8) + "c".repeat(5)));
  const fields = { source: "10.0.0.1", destination: "10.0.0.2", protocol: 17, payload: long, id: 9 };
  const whole = ["0 datagram 10.0.0.1:4000-10.0.0.2:502", "0 tx aaaaaaaabbbbbbbbccccc"];

  test("in fragments is put together, in whatever order they come", async () => {
    const [first, second, third] = ipv4Fragments(fields, [8, 16]);
    const orders = [
      [first!, second!, third!],
      [third!, second!, first!],
      [second!, first!, second!, third!],
    ];
    for (const order of orders) expect(await told(101, ...order)).toEqual(whole);
  });

  test("version 6 in fragments is put together", async () => {
    const fragment = (start: number, end: number): Bytes => {
      const head = concat(bytes(17, 0), u16(start | (end < long.length ? 1 : 0)), u32(77));
      return ipv6({
        source: "fe80::1",
        destination: "fe80::2",
        next: 44,
        payload: concat(head, long.subarray(start, end)),
      });
    };
    expect(await told(101, fragment(16, long.length), fragment(0, 8), fragment(8, 16))).toEqual([
      "0 datagram [fe80::1]:4000-[fe80::2]:502",
      "0 tx aaaaaaaabbbbbbbbccccc",
    ]);
  });

  test("that never becomes whole keeps its beginning and has a gap for the rest", async () => {
    const [first, second, third] = ipv4Fragments(fields, [8, 16]);
    const beginning = ["0 datagram 10.0.0.1:4000-10.0.0.2:502", "0 tx aaaaaaaa", "0 gap tx truncated 13"];
    expect(await told(101, first!, second!)).toEqual(beginning);
    expect(await oddities(101, first!, second!)).toEqual(["truncated 1", "fragments-lost 1"]);
    expect(await told(101, second!, third!)).toEqual([]);
  });

  test("in fragments is not mixed with what used its number a minute before", async () => {
    const [first, second] = ipv4Fragments(fields, [8]);
    const other = ipv4Fragments({ ...fields, payload: udp(4000, 502, text("x".repeat(21))) }, [8])[0];
    const times = [0n, 61_000_000_000n, 61_000_000_001n];
    const file = pcap(
      [first!, other!, second!].map((packet, index) => ({ wall: NOON + times[index]!, bytes: packet })),
      { linkType: 101, unit: "nanos" },
    );
    expect(story((await importing(file)).records)).toEqual([
      whole[0],
      "0 tx ",
      "0 gap tx truncated 21",
      "0 tx aaaaaaaabbbbbbbbccccc",
    ]);
  });

  test("in fragments that nobody completes is given up, so that memory is bounded", async () => {
    const lonely = Array.from({ length: 3000 }, (_, id) => ipv4Fragments({ ...fields, id }, [8])[1]!);
    expect(await oddities(101, ...lonely)).toEqual(["fragments-lost 3000"]);
  });
});

describe("UDP in a capture", () => {
  const packet = (
    source: string,
    from: number,
    destination: string,
    to: number,
    payload: Bytes,
    length?: number,
  ): Bytes => ipv4({ source, destination, protocol: 17, payload: udp(from, to, payload, length) });

  test("is a channel of datagrams, empty ones too", async () => {
    const asked = packet("10.0.0.1", 4000, "10.0.0.2", 502, text("ask"));
    const answered = packet("10.0.0.2", 502, "10.0.0.1", 4000, bytes());
    expect(await told(101, asked, answered)).toEqual(["0 datagram 10.0.0.1:4000-10.0.0.2:502", "0 tx ask", "0 rx "]);
  });

  test("between equal ports has the end that is spoken to first as its device", async () => {
    expect(await told(101, packet("10.0.0.9", 500, "10.0.0.2", 500, text("x")))).toEqual([
      "0 datagram 10.0.0.9:500-10.0.0.2:500",
      "0 tx x",
    ]);
    expect(await told(101, packet("10.0.0.2", 500, "10.0.0.9", 500, text("x")))).toEqual([
      "0 datagram 10.0.0.2:500-10.0.0.9:500",
      "0 tx x",
    ]);
  });

  test("that a device sends to everybody is from the device", async () => {
    for (const everybody of ["255.255.255.255", "239.1.2.3"]) {
      expect(await told(101, packet("10.0.0.2", 500, everybody, 500, text("x")))).toEqual([
        `0 datagram ${everybody}:500-10.0.0.2:500`,
        "0 rx x",
      ]);
    }
  });

  test("with a length that it cannot have is left out and counted", async () => {
    expect(await oddities(101, packet("10.0.0.1", 4000, "10.0.0.2", 502, text("x"), 7), four)).toEqual(["malformed 1"]);
  });
});
