import { PassThrough, Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { openStandardInput } from "../../src/link/standard-input.ts";
import { bytesOf, changesOf, everything, recording } from "./loopback.ts";

const options = { name: "pipe", dir: "rx", whenCrowded: "wait" } as const;

describe("recording standard input", () => {
  test("holds the bytes as they came, until the pipe ends", async () => {
    const { arrivals } = recording();
    const stream = Readable.from([Buffer.of(0, 255), Buffer.from("text")], { objectMode: false });
    const source = openStandardInput(arrivals, { ...options, stream });
    expect(await source.ended).toEqual({ reason: "eof" });
    const heard = everything(arrivals);
    expect(heard[0]).toMatchObject({ type: "channel", name: "pipe", source: "stdin" });
    expect(bytesOf(heard, "rx")).toEqual(Buffer.concat([Buffer.of(0, 255), Buffer.from("text")]));
    expect(changesOf(heard)).toEqual(["open", "close"]);
  });

  test("a pipe that is faster than the tape waits, and loses nothing", async () => {
    const { arrivals } = recording(50_000);
    const blocks = Array.from({ length: 40 }, (_, i) => Buffer.alloc(10_000, i));
    const source = openStandardInput(arrivals, { ...options, stream: Readable.from(blocks, { objectMode: false }) });
    let over = false;
    void source.ended.then(() => {
      over = true;
    });
    const heard = [];
    while (!over) {
      await arrivals.next();
      expect(arrivals.waiting).toBeLessThan(50_000);
      heard.push(...arrivals.take(5_000));
      await new Promise((resolve) => setImmediate(resolve));
      if (arrivals.waiting === 0 && !over) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    heard.push(...everything(arrivals));
    expect(bytesOf(heard, "rx").equals(Buffer.concat(blocks))).toBe(true);
  });

  test("a stop closes the pipe, and says so", async () => {
    const { arrivals } = recording();
    const stream = new PassThrough();
    const source = openStandardInput(arrivals, { ...options, dir: "tx", stream });
    stream.write("so far");
    await arrivals.next();
    await new Promise((resolve) => setImmediate(resolve));
    await source.close();
    expect(await source.ended).toEqual({ reason: "stop" });
    const heard = everything(arrivals);
    expect(bytesOf(heard, "tx").toString()).toBe("so far");
    expect(changesOf(heard)).toEqual(["open", "close stop"]);
  });

  test("a pipe that breaks is lost", async () => {
    const { arrivals } = recording();
    const stream = new PassThrough();
    const source = openStandardInput(arrivals, { ...options, stream });
    stream.destroy(Object.assign(new Error("broken"), { code: "EIO" }));
    expect(await source.ended).toMatchObject({ reason: "link-lost", error: { code: "LINK_LOST" } });
    expect(changesOf(everything(arrivals))).toEqual(["open", "lost rx EIO"]);
  });
});
