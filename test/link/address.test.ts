import { describe, expect, test } from "vitest";
import { formatTcpAddress, parseTcpAddress } from "../../src/link/address.ts";

describe("a TCP address", () => {
  test.each([
    ["192.168.1.10:502", { host: "192.168.1.10", port: 502 }],
    ["tcp:plc.local:502", { host: "plc.local", port: 502 }],
    ["[fe80::1]:502", { host: "fe80::1", port: 502 }],
    ["*:502", { host: "*", port: 502 }],
    [":1502", { host: "127.0.0.1", port: 1502 }],
    ["1502", { host: "127.0.0.1", port: 1502 }],
    ["0", { host: "127.0.0.1", port: 0 }],
  ])("%s is read as what a person means by it", (text, address) => {
    expect(parseTcpAddress(text, "127.0.0.1")).toEqual(address);
  });

  test.each([
    "",
    "plc",
    "plc:",
    "plc:x",
    "plc:65536",
    "fe80::1:502",
    "[plc]:502",
    "a b:502",
    `${"a".repeat(254)}:1`,
    "-1",
  ])("%j is refused with an example of how to write one", (text) => {
    expect(() => parseTcpAddress(text, "127.0.0.1")).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  test("a device needs a host", () => {
    expect(() => parseTcpAddress("502")).toThrow("has no host");
  });

  test("is shown as it is written, a mapped IPv4 address as what it is", () => {
    expect(formatTcpAddress({ host: "::ffff:10.0.0.1", port: 502 })).toBe("10.0.0.1:502");
    expect(formatTcpAddress({ host: "::1", port: 502 })).toBe("[::1]:502");
  });
});
