import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { append, consume, offsetOf, openWindow, settle, waiting } from "../../src/protocol/window.ts";

describe("the window of unconsumed bytes", () => {
  test.prop([fc.array(fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.nat(300)), { maxLength: 60 })])(
    "holds what was appended and not consumed, at its place in the stream",
    (steps) => {
      const window = openWindow();
      let stream: number[] = [];
      let offset = 0;
      for (const [chunk, wish] of steps) {
        append(window, chunk);
        stream.push(...chunk);
        const count = Math.min(wish, stream.length);
        consume(window, count);
        stream = stream.slice(count);
        offset += count;
        settle(window);
        chunk.fill(0xee); // the driver may use its buffer again
        expect([...window.bytes.subarray(window.start, window.end)]).toEqual(stream);
        expect(waiting(window)).toBe(stream.length);
        expect(offsetOf(window, window.end)).toBe(offset + stream.length);
        expect(window.bytes.length).toBeLessThanOrEqual(Math.max(256, 4 * stream.length));
      }
    },
  );

  test("a chunk that is consumed whole is never copied", () => {
    const window = openWindow();
    const chunk = Uint8Array.of(1, 2, 3);
    append(window, chunk);
    expect(window.bytes).toBe(chunk);
    consume(window, 3);
    settle(window);
    expect(window).toEqual({ bytes: new Uint8Array(0), start: 0, end: 0, offset: 3, borrowed: false });
  });

  test("a frame that arrives byte by byte is moved a few times, not once a byte", () => {
    const window = openWindow();
    const buffers = new Set<Uint8Array>();
    for (let count = 0; count < 10_000; count++) {
      append(window, Uint8Array.of(count & 0xff));
      settle(window);
      buffers.add(window.bytes);
    }
    expect(buffers.size).toBeLessThan(12);
  });
});
