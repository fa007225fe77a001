import { expect, test } from "vitest";
import { SessionShelf } from "../../src/replayer/session-shelf.ts";
import type { Snapshot } from "../../src/replayer/snapshot-shelf.ts";
import { nanos } from "../../src/time/nanos.ts";

const KIBIBYTE = 1024;

function snapshot(line: number, bytes = KIBIBYTE): Snapshot {
  return {
    position: { at: nanos(line * 10), line, fed: line },
    landmark: {
      place: { byte: line * 100, line: line + 1, at: nanos(line * 10) },
      channels: () => [],
      lastInput: nanos(0),
    },
    state: new Uint8Array(bytes),
    said: [],
  };
}

async function lines(shelf: SessionShelf, upTo: number): Promise<(number | undefined)[]> {
  const found = Array.from({ length: upTo }, (_, line) => shelf.before({ line: line + 1 }));
  return (await Promise.all(found)).map((one) => one?.position.line);
}

test("a seek starts from the last snapshot before its time and its line, whatever order they were taken in", async () => {
  const shelf = new SessionShelf(() => "code");
  for (const line of [4, 2, 3, 2]) expect(await shelf.put(snapshot(line))).toBe(true);
  expect(await lines(shelf, 6)).toEqual([undefined, undefined, 2, 3, 4, 4]);
  expect((await shelf.before({ at: nanos(31) }))?.position.line).toBe(3);
  expect((await shelf.before({ at: nanos(31), line: 3 }))?.position.line).toBe(2);
  expect((await shelf.before({}))?.position.line).toBe(4);
});

test("snapshots take no more than their share of memory, however long a tape is: every second one goes", async () => {
  const shelf = new SessionShelf(() => "code", { bytesMax: 8 * KIBIBYTE });
  for (let line = 1; line <= 100; line += 1) await shelf.put(snapshot(line));
  const kept = new Set(await lines(shelf, 200));
  expect(kept.size).toBeGreaterThan(4);
  expect(kept.size).toBeLessThanOrEqual(9);
  expect(kept).toContain(100);
});

test("a state that alone is too large is not kept, and no more of them are asked for", async () => {
  const shelf = new SessionShelf(() => "code");
  expect(await shelf.put(snapshot(1, 9 * KIBIBYTE * KIBIBYTE))).toBe(false);
  expect(await shelf.before({})).toBeUndefined();
});

test("code that is changed while a tape is played makes every later seek cold", async () => {
  let code: string | undefined = "as it was";
  const heard: string[] = [];
  const shelf = new SessionShelf(() => code, { changed: () => heard.push(code ?? "") });
  await shelf.put(snapshot(1));
  expect(await shelf.before({})).toBeDefined();
  code = "another";
  expect(await shelf.before({})).toBeUndefined();
  expect(await shelf.before({})).toBeUndefined();
  code = "as it was";
  expect(await shelf.put(snapshot(2)), "of whichever code that is").toBe(false);
  expect(await shelf.before({})).toBeUndefined();
  expect(heard, "each change, once").toEqual(["another", "as it was"]);
});

test("code of which nothing can be told has no snapshots", async () => {
  const shelf = new SessionShelf(() => undefined);
  expect(await shelf.put(snapshot(1))).toBe(false);
});
