import { describe, expect, test } from "vitest";
import type { LinkChange } from "../../src/bytes/channel.ts";
import { LinkWords } from "../../src/cli/record/link-words.ts";

const told = (words: LinkWords, event: LinkChange, wasOpen: boolean, reason?: string) =>
  words.take({ event, wasOpen, name: "plc", source: "tcp:plc:502", ...(reason === undefined ? {} : { reason }) });

describe("a person who watches a recording", () => {
  test("hears once that a link is gone, and that it is back", () => {
    const words = new LinkWords();
    expect(told(words, "open", false)).toBeUndefined();
    expect(told(words, "lost", true, "hung up")).toBe("plc: the link is lost (hung up)");
    expect(told(words, "lost", false, "hung up")).toBeUndefined();
    expect(told(words, "open", false)).toBe("plc: the link is open again");
  });

  test("hears once that a device cannot be reached, however many try", () => {
    const words = new LinkWords();
    expect(told(words, "reset", false, "ECONNREFUSED")).toBe("plc: the other end cannot be reached (ECONNREFUSED)");
    expect(told(words, "reset", false, "ECONNREFUSED")).toBeUndefined();
    expect(told(words, "open", false)).toBe("plc: the link is open again");
  });

  test("is not told what is traffic: a reset, a half-close, a close", () => {
    const words = new LinkWords();
    expect((["reset", "half-close", "close"] as const).map((event) => told(words, event, true))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
