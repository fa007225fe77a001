import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { Pseudonyms } from "../../../src/bundle/redaction/pseudonyms.ts";
import { KEY } from "./keys.ts";

const aliases = new Pseudonyms(KEY);
/** What an alias keeps: the kind of each character. */
const shape = (text: string): string =>
  text.replaceAll(/[0-9]/g, "0").replaceAll(/[a-z]/g, "a").replaceAll(/[A-Z]/g, "A");

describe("an alias", () => {
  test("has the length and the kinds of characters of what it stands for, and is never the same", () => {
    expect(aliases.text("Pump-17 at 10.0.0.1")).not.toBe("Pump-17 at 10.0.0.1");
    expect(shape(aliases.text("Pump-17 at 10.0.0.1"))).toBe("Aaaa-00 aa 00.0.0.0");
    expect(aliases.text("00:1a:2b:ff")).toMatch(/^[0-9]{2}(:[0-9a-f]{2}){2}:[a-z]{2}$/);
    expect(aliases.text("DE:AD:B0")).toMatch(/^[A-Z]{2}:[A-Z]{2}:[0-9A-F]{2}$/);
    expect(aliases.text("***")).toBe("***");
  });

  test.prop([fc.string({ unit: "binary" })])("has as many characters and bytes as its value", (text) => {
    const alias = aliases.text(text);
    expect([...alias]).toHaveLength([...text].length);
    expect(new TextEncoder().encode(alias)).toHaveLength(new TextEncoder().encode(text).length);
    expect(aliases.text(text)).toBe(alias);
    if (/[0-9A-Za-z]/.test(text)) expect(alias).not.toBe(text);
  });

  test.prop([fc.uint8Array({ minLength: 1, maxLength: 300 })])("of bytes has their number", (bytes) => {
    expect(aliases.bytes(bytes)).toHaveLength(bytes.length);
    expect(new Pseudonyms(KEY).bytes(bytes)).toEqual(aliases.bytes(bytes));
  });

  test.prop([fc.nat({ max: 2 ** 32 })])("of a number has its digits, and needs its bytes", (value) => {
    const alias = aliases.number(value);
    expect(String(alias)).toHaveLength(String(value).length);
    const width = (number: number) => Math.ceil(Math.log2(number + 1) / 8);
    expect(width(alias)).toBe(width(value));
    expect(alias === value).toBe(value === 0);
  });

  test("belongs to one value", () => {
    const registers = new Set(Array.from({ length: 4096 }, (_, value) => aliases.number(61_440 + value)));
    expect(registers.size).toBeGreaterThan(4093);
    const texts = new Set(
      Array.from({ length: 1000 }, (_, value) => aliases.text(`T-${String(value).padStart(3, "0")}`)),
    );
    expect(texts.size).toBeGreaterThan(997);
  });

  test("is another one with another key", () => {
    const other = new Pseudonyms(new Uint8Array(32).fill(8));
    expect(other.text("password1")).not.toBe(aliases.text("password1"));
    expect(other.fingerprint).not.toBe(aliases.fingerprint);
  });

  test("of a position is a place on earth", () => {
    expect(aliases.position("4807.038", "latitude")).toMatch(/^[0-8]\d[0-5]\d\.\d{3}$/);
    expect(aliases.position("01131.000", "longitude")).toMatch(/^(0\d|1[0-7])\d[0-5]\d\.\d{3}$/);
    expect(aliases.position("", "latitude")).toBe("");
  });

  test("of an IPv4 address is one, as long", () => {
    expect(aliases.host("192.168.1.10")).toMatch(/^1\d{2}\.1\d{2}\.\d\.\d{2}$/);
    expect(aliases.host("255.255.255.255")).toMatch(/^2[0-5]\d(\.2[0-5]\d){3}$/);
    expect(aliases.host("plc-7.site.example")).toMatch(/^[a-z]{3}-\d\.[a-z]{4}\.[a-z]{7}$/);
  });
});
