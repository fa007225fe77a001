import { Buffer } from "node:buffer";
import { Transform } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { framerPart } from "../../src/machine/chain-plan.ts";
import type { FramerOutput } from "../../src/machine/machine.ts";
import { replay } from "../../src/machine/replay.ts";
import { type FramerWire, legacyFramer } from "../../src/plugin/legacy-framer.ts";
import { nanos } from "../../src/time/nanos.ts";
import { MS, reads } from "./records.ts";

type Opening = Parameters<typeof legacyFramer>[1];

/** What a parser says to reads: [at, value]. */
function said(open: Opening, records: Parameters<typeof replay>[1], maximum = 65_536): [number, unknown][] {
  const framer = framerPart(legacyFramer("old", open, { maximum }), {});
  const outputs = replay({ role: "observer", framer }, records, { time: "recorded", drain: nanos(1_000 * MS) });
  return outputs.map((output) => [output.at, output.type === "output" ? output.value : output]);
}

/** Lines, as a class without any idea of a tape reads them. */
class OldLines {
  #rest = "";
  readonly onLine: (line: string) => void;
  constructor(onLine: (line: string) => void) {
    this.onLine = onLine;
  }
  feed(bytes: Uint8Array): void {
    const parts = (this.#rest + Buffer.from(bytes).toString("latin1")).split("\n");
    this.#rest = parts.pop() ?? "";
    for (const part of parts) this.onLine(part);
  }
}

const lines: Opening = (wire) =>
  new OldLines((line) => {
    if (line.startsWith("$")) wire.frame({ line }, Buffer.from(`${line}\n`, "latin1"));
  });

describe("a parser that knows nothing of machines", () => {
  test("its callbacks are frames with the time of the read and their place on the wire; what it passes over is rubbish", () => {
    const [frame, rubbish, second, rest] = said(lines, reads([10, "$one\n"], [20, "noise\n$tw"], [30, "o\n$thr"]));
    expect(frame).toEqual([10, { type: "frame", dir: "rx", span: [0, 5], line: "$one" }]);
    expect(rubbish).toEqual([30, { type: "fault", fault: "rubbish", dir: "rx", span: [5, 6], raw: "6e6f6973650a" }]);
    expect(second).toEqual([30, { type: "frame", dir: "rx", span: [11, 5], line: "$two" }]);
    expect(rest?.[1]).toMatchObject({ type: "fault", fault: "unfinished", span: [16, 4] });
  });

  test("a frame may not claim its own type, direction or place", () => {
    const liar: Opening = (wire) => () => wire.frame({ type: "fault", dir: "tx", span: [9, 9], own: 1 });
    expect(said(liar, reads([1, "ab"]))).toEqual([[1, { type: "frame", dir: "rx", span: [0, 2], own: 1 }]]);
  });

  test("however the reads are cut, it finds the same frames", () => {
    const text = "$a\n?\n$bb\n\n$ccc\n$";
    const values = (cuts: readonly string[]): unknown[] =>
      said(lines, reads(...cuts.map((cut, index) => [index, cut] as const))).map(([, value]) => value);
    const whole = values([text]);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: text.length - 1 })), (places) => {
        const cuts = [0, ...places.sort((a, b) => a - b), text.length];
        expect(values(cuts.slice(1).map((end, index) => text.slice(cuts[index], end)))).toEqual(whole);
      }),
    );
  });

  test("after lost bytes a new parser begins, and what waited is interrupted", () => {
    const gap = { type: "gap", at: nanos(15), channel: 0, cause: "overrun" } as const;
    const [first, ...more] = said(lines, [...reads([10, "$on"]), gap, ...reads([20, "e\n$two\n"])]);
    expect(first).toEqual([15, { type: "fault", fault: "interrupted", dir: "rx", span: [0, 3], raw: "246f6e" }]);
    expect(more.map(([, value]) => value)).toMatchObject([{ fault: "rubbish" }, { line: "$two", span: [5, 5] }]);
  });

  test("the last thing that it holds back is asked for when nothing will follow", () => {
    const flushing: Opening = (wire) => {
      const all: string[] = [];
      return { feed: (bytes) => all.push(Buffer.from(bytes).toString()), end: () => wire.frame({ all: all.join("") }) };
    };
    expect(said(flushing, reads([1, "ab"], [2, "c"]))).toMatchObject([[2 + 1_000 * MS, { all: "abc", span: [0, 3] }]]);
  });

  test("a parser that says nothing holds no more than its maximum", () => {
    const deaf: Opening = () => () => undefined;
    const spans = said(deaf, reads([1, "x".repeat(50)], [2, "y".repeat(50)]), 64).map(([, value]) => value);
    expect(spans).toMatchObject([
      { fault: "rubbish", span: [0, 36] },
      { fault: "unfinished", span: [36, 64] },
    ]);
  });

  test("a Node stream is such a parser too", () => {
    const stream: Opening = (wire) => {
      const split = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          for (const byte of chunk) this.push(Buffer.of(byte));
          done();
        },
      });
      split.on("data", (piece: Buffer) => wire.frame({ piece: piece.toString() }, piece));
      return (bytes) => void split.write(Buffer.from(bytes));
    };
    expect(said(stream, reads([1, "ab"], [5, "c"]))).toMatchObject([
      [1, { piece: "a", span: [0, 1] }],
      [1, { piece: "b", span: [1, 1] }],
      [5, { piece: "c", span: [2, 1] }],
    ]);
  });
});

describe("the time of a parser", () => {
  test("a timer fires to the nanosecond, though code says milliseconds", () => {
    const silence: Opening = (wire) => {
      let timer: NodeJS.Timeout | undefined;
      return () => {
        clearTimeout(timer);
        timer = setTimeout(() => wire.fault("silent"), 200);
      };
    };
    expect(said(silence, reads([1_834_211, "a"], [101_834_211, "b"])).map(([at]) => at)).toEqual([301_834_211]);
  });

  test("dates, clocks and chance are the tape's, the same at every run", () => {
    const curious: Opening = (wire) => () => {
      const { now } = Date;
      wire.frame({
        date: new Date().toISOString(),
        now: now(),
        ticks: performance.now(),
        fine: Number(process.hrtime.bigint()),
        coarse: [...process.hrtime([1, 0])],
        chance: Math.random(),
        given: new Date(5).getTime(),
      });
    };
    const runs = [0, 1].map(() => said(curious, reads([2_500_000_001, "a"])));
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]?.[0]?.[1]).toMatchObject({
      date: "1970-01-01T00:00:02.500Z",
      now: 2_500,
      ticks: 2_500.000001,
      fine: 2_500_000_001,
      coarse: [1, 500_000_001],
      given: 5,
    });
    expect(Date.now()).toBeGreaterThan(1_700_000_000_000);
  });

  test("intervals, refreshed and cleared timers, and what is to happen at once keep their order", () => {
    const busy: Opening = (wire) => {
      const tick = setInterval(() => wire.fault("tick"), 10);
      const pushed = setTimeout(() => wire.fault("pushed"), 25);
      const gone = setTimeout(() => wire.fault("never"), 1);
      return (bytes) => {
        gone.close();
        if (bytes[0] === 0x62) pushed.refresh();
        if (bytes[0] === 0x63) clearInterval(tick);
        setImmediate(() => wire.fault("immediate"));
        queueMicrotask(() => wire.fault("micro"));
        wire.fault("fed");
      };
    };
    const told = said(busy, reads([0, "a"], [20 * MS, "b"], [35 * MS, "c"]));
    expect(told.filter(([at]) => at === 0).map(([, value]) => (value as FramerOutput)["fault"])).toEqual([
      "fed",
      "micro",
      "immediate",
    ]);
    const timers = told.filter(([, value]) =>
      ["tick", "pushed", "never"].includes(String((value as FramerOutput)["fault"])),
    );
    expect(timers.map(([at, value]) => [at / MS, (value as FramerOutput)["fault"]])).toEqual([
      [10, "tick"],
      [20, "tick"],
      [30, "tick"],
      [45, "pushed"],
    ]);
  });

  test("each channel has a parser and timers of its own", () => {
    const opened: FramerWire[] = [];
    const counting: Opening = (wire) => {
      opened.push(wire);
      let count = 0;
      return () => void setTimeout(() => wire.fault(`count ${++count}`), 10);
    };
    const records = reads([0, "a"], [1, "b"]).map((record, channel) => ({ ...record, channel }));
    expect(said(counting, records)).toMatchObject([
      [10 * MS, { fault: "count 1" }],
      [10 * MS + 1, { fault: "count 1" }],
    ]);
    expect(opened).toHaveLength(2);
  });
});

describe("code that virtual time cannot hold", () => {
  test("a parser that works with promises is refused, for what it says would have no time", () => {
    const promising: Opening = () => async () => {};
    expect(() => said(promising, reads([1, "a"]))).toThrow(/works with promises/);
  });

  test("so is one that goes on by itself between two steps", async () => {
    const machine = legacyFramer("old", (wire) => () => void Promise.resolve().then(() => wire.frame({})));
    const state = machine.initial({ options: {}, dir: "rx", kind: "stream" });
    machine.step(state, { type: "bytes", bytes: new Uint8Array(1) }, nanos(1));
    await Promise.resolve();
    expect(() => machine.step(state, { type: "bytes", bytes: new Uint8Array(1) }, nanos(2))).toThrow(
      /behind an await|promises/,
    );
  });

  test("one that never comes to rest is stopped", () => {
    const restless: Opening = () => () => {
      const again = (): void => void setImmediate(again);
      again();
    };
    expect(() => said(restless, reads([1, "a"]))).toThrow(/without time passing/);
  });

  test("a frame of bytes that did not come is its mistake, said as such", () => {
    const dreaming: Opening = (wire) => () => wire.frame({}, "dream");
    expect(() => said(dreaming, reads([1, "a"]))).toThrow(/bytes did not come/);
  });
});
