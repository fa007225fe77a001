import { describe, expect, test } from "vitest";
import { SERIAL_DEFAULTS } from "../../src/link/serial-settings.ts";
import { parseRotation, parseSize } from "../../src/recorder/rotation.ts";
import { parseSource, sourceName } from "../../src/recorder/source-spec.ts";
import { tapeName } from "../../src/recorder/tape-name.ts";

describe("what is to be recorded", () => {
  test.each([
    ["tcp:10.0.0.7:502", { type: "tcp-client", to: { host: "10.0.0.7", port: 502 } }, "10.0.0.7:502"],
    ["plc=tcp:[::1]:502", { name: "plc", type: "tcp-client", to: { host: "::1", port: 502 } }, "[::1]:502"],
    ["tcp-listen:*:5000", { type: "tcp-server", listen: { host: "*", port: 5000 } }, "*:5000"],
    [
      "tcp-tap:1502,plc:502",
      { type: "tcp-tap", listen: { host: "127.0.0.1", port: 1502 }, to: { host: "plc", port: 502 } },
      "plc:502",
    ],
    ["serial:/dev/ttyUSB0", { type: "serial", path: "/dev/ttyUSB0", settings: SERIAL_DEFAULTS }, "ttyUSB0"],
    [
      "m=serial:/dev/ttyS1,115200,7E1,rtscts,bridge=/dev/ttyS2",
      {
        name: "m",
        type: "serial",
        path: "/dev/ttyS1",
        bridge: "/dev/ttyS2",
        settings: { ...SERIAL_DEFAULTS, baud: 115_200, dataBits: 7, parity: "even", rtscts: true },
      },
      "ttyS1",
    ],
    ["stdin", { type: "stdin", dir: "rx" }, "stdin"],
  ])("is written as %s", (text, spec, name) => {
    expect(parseSource(text)).toEqual(spec);
    expect(sourceName(parseSource(text))).toBe(name);
  });

  test.each([
    "",
    "udp:1",
    "tcp",
    "tcp:502",
    "tcp-tap:1",
    "tcp-tap:1,a:2,b:3",
    "serial:",
    "serial:/dev/x,9X9",
    "serial:/dev/x,99999999",
    "stdin:x",
  ])("%j is refused", (text) => {
    expect(() => parseSource(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

describe("when a tape goes on in a new segment", () => {
  test("is a size, a time, or whichever comes first", () => {
    expect(parseRotation([])).toEqual({});
    expect(parseRotation(["100MB"])).toEqual({ bytes: 100_000_000 });
    expect(parseRotation(["1.5GiB", "10m"])).toEqual({ bytes: 1.5 * 2 ** 30, every: 600e9 });
  });

  test.each(["", "10", "10x", "1kB", "10ms", "-5s"])("%j is refused", (text) => {
    expect(() => parseRotation([text])).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  test("sizes are decimal with MB and binary with MiB", () => {
    expect([parseSize("64KiB"), parseSize("64kB"), parseSize("7B"), parseSize("1.5"), parseSize("MB")]).toEqual([
      65_536,
      64_000,
      7,
      undefined,
      undefined,
    ]);
  });
});

test("a recording without a name is named for its source and the time, in letters that any file system takes", () => {
  const started = "2026-11-20T12:00:00.000123Z";
  expect(tapeName("192.168.1.10:502", started)).toBe("192.168.1.10-502-20261120T120000Z.tape.jsonl");
  expect(tapeName("[fe80::1]:502", started)).toBe("fe80-1-502-20261120T120000Z.tape.jsonl");
  expect(tapeName("../..", started)).toBe("recording-20261120T120000Z.tape.jsonl");
});
