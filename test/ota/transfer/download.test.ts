import { describe, expect, test } from "vitest";
import { ELAPSED } from "../../../src/machine/machine.ts";
import { download } from "../../../src/ota/transfer/download.ts";
import { CHUNK_BYTES, DOWNLOAD_LIMITS, type DownloadPlan } from "../../../src/ota/transfer/download-plan.ts";
import type { DownloadInput, DownloadOutput } from "../../../src/ota/transfer/download-state.ts";
import { contentRange, retryAfter, strongTag } from "../../../src/ota/transfer/response-head.ts";
import { retryWait } from "../../../src/ota/transfer/retry.ts";
import { type Nanos, nanos, seconds } from "../../../src/time/nanos.ts";

const PLAN: DownloadPlan = {
  path: "objects/x",
  into: "file",
  size: 10 * CHUNK_BYTES,
  sizeMax: 10 * CHUNK_BYTES,
  sha256: "ab",
  limits: DOWNLOAD_LIMITS,
};

/** A transcript: what it says to each input, and at which times it wakes by itself. */
class Talk {
  private readonly state;
  at: Nanos = nanos(0);

  constructor(plan: DownloadPlan = PLAN) {
    this.state = download.initial(plan);
  }

  tell(input: DownloadInput, at: Nanos = this.at): readonly DownloadOutput[] {
    this.at = at;
    return download.step(this.state, input, at).outputs;
  }

  /** Lets time pass until it wakes. */
  wait(): readonly DownloadOutput[] {
    this.at = download.deadline(this.state)!;
    return download.step(this.state, ELAPSED, this.at).outputs;
  }
}

function receiving(): Talk {
  const talk = new Talk();
  talk.tell({ type: "start" });
  talk.tell({ type: "head", request: 1, head: { status: 200, headers: { etag: '"a"' } } });
  return talk;
}

describe("time limits", () => {
  test("one byte every 29 seconds keeps no link open: after a minute it is too slow", () => {
    const talk = receiving();
    for (const second of [29, 58]) {
      talk.tell({ type: "piece", request: 1, length: 1 }, seconds(second));
      expect(talk.tell({ type: "written", chunks: [] }).at(-1)).toMatchObject({ type: "read" });
    }
    expect(talk.wait()).toMatchObject([{ type: "cancel" }, { type: "trouble", trouble: "slow" }, { type: "draw" }]);
    expect(talk.at).toBe(seconds(60));
  });

  test("a body that stops is given up after 30 seconds, an answer that never comes too", () => {
    const stopped = receiving();
    stopped.wait();
    expect(stopped.at).toBe(seconds(30));
    const silent = new Talk();
    silent.tell({ type: "start" });
    expect(silent.wait()).toMatchObject([{ type: "cancel" }, { type: "trouble", trouble: "slow" }, { type: "draw" }]);
    expect(silent.at).toBe(seconds(30));
  });

  test("the time that the disk takes is not held against the server", () => {
    const talk = receiving();
    talk.tell({ type: "piece", request: 1, length: 10 }, seconds(1));
    talk.tell({ type: "written", chunks: [] }, seconds(500));
    talk.tell({ type: "piece", request: 1, length: 64 * 1024 }, seconds(501));
    expect(talk.tell({ type: "written", chunks: [] }, seconds(520)).at(-1)).toMatchObject({ type: "read" });
  });

  test("everything together may take a day", () => {
    const talk = new Talk({ ...PLAN, limits: { ...DOWNLOAD_LIMITS, total: seconds(10) } });
    talk.tell({ type: "start" });
    expect(talk.wait()).toMatchObject([{ type: "cancel" }, { type: "failed", failure: "time-limit" }]);
  });
});

test("an answer to a request that was given up changes nothing", () => {
  const talk = new Talk();
  talk.tell({ type: "start" });
  talk.wait();
  expect(talk.tell({ type: "head", request: 1, head: { status: 200, headers: {} } })).toEqual([]);
  expect(talk.tell({ type: "drawn", draw: 0 })).toMatchObject([{ type: "wait", span: seconds(0.5) }]);
  expect(talk.wait()).toMatchObject([{ type: "request", request: 2 }]);
});

test("a full disk ends it, and what was saved stays", () => {
  const talk = receiving();
  talk.tell({ type: "piece", request: 1, length: 10 });
  expect(talk.tell({ type: "file-failed", failure: "disk-full", detail: "ENOSPC" })).toMatchObject([
    { type: "cancel" },
    { type: "failed", failure: "disk-full" },
  ]);
});

test("waits double, are drawn between half and all of their bound, and a server may ask for longer", () => {
  const wait = (count: number, draw: number, asked?: Nanos): number =>
    retryWait(DOWNLOAD_LIMITS.retry, { count, draw, asked }) / 1e9;
  expect([wait(1, 0), wait(2, 0), wait(3, 0)]).toEqual([0.5, 1, 2]);
  expect(wait(1, 0xffff_ffff)).toBeCloseTo(1, 5);
  expect(wait(60, 0)).toBe(150);
  expect(wait(1, 0, seconds(77))).toBe(77);
  expect(wait(1, 0, seconds(1_000_000))).toBe(3600);
});

test("headers say what they say, or nothing", () => {
  const head = (headers: Record<string, string>) => ({ status: 206, headers });
  expect(contentRange(head({ "content-range": "bytes 5-9/10" }))).toEqual({
    type: "part",
    first: 5,
    last: 9,
    total: 10,
  });
  expect(contentRange(head({ "content-range": "bytes 5-9/*" }))).toMatchObject({ total: undefined });
  expect(contentRange(head({ "content-range": "bytes */10" }))).toEqual({ type: "unsatisfied", total: 10 });
  for (const bad of ["bytes 9-5/10", "bytes 5-10/10", "lines 1-2/3", "bytes 1-2", "", "bytes -1-2/3"])
    expect(contentRange(head({ "content-range": bad }))).toBeUndefined();
  expect(strongTag(head({ etag: '"a"' }))).toBe('"a"');
  expect(strongTag(head({ etag: 'W/"a"' }))).toBeUndefined();
  expect(retryAfter(head({ "retry-after": "120" }))).toBe(seconds(120));
  const date = "Sat, 21 Nov 2026 06:00:00 GMT";
  expect(retryAfter(head({ "retry-after": "Sat, 21 Nov 2026 06:01:00 GMT", date }))).toBe(seconds(60));
  expect(retryAfter(head({ "retry-after": "Sat, 21 Nov 2026 05:00:00 GMT", date }))).toBeUndefined();
  expect(retryAfter(head({ "retry-after": "soon" }))).toBeUndefined();
});
