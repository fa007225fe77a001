import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SnapshotShelf } from "../../src/replayer/snapshot-shelf.ts";
import type { Subject } from "../../src/replayer/subject.ts";
import { formatTape } from "../../src/tape/line-encoder.ts";
import { compilePredicate } from "../../src/tape/predicate.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";
import { turn } from "../../src/time/system-clock.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { identity, playing } from "./playing.ts";
import { said } from "./replaying.ts";
import { SILENCE, toyLines } from "./toy-subject.ts";
import { channel, raw, tapes } from "./toy-tape.ts";

const reference = async (tape: readonly TapeRecord[]) => (await said(tape, toyLines)).map((line) => JSON.parse(line));
const small = tapes.filter((tape) => tape.length < 30);

describe("a playback", () => {
  test("says what a replay says", () =>
    fc.assert(
      fc.asyncProperty(small, async (tape) => {
        await playing(tape, { folder: temporaryFolder() }, async ({ playback, play, said }) => {
          await play();
          expect(playback.view.status).toBe("ended");
          expect(said()).toEqual(await reference(tape));
        });
      }),
      { numRuns: 20 },
    ));

  test("may be paused and go on as often as one likes", () =>
    fc.assert(
      fc.asyncProperty(small, fc.array(fc.nat({ max: 12 }), { maxLength: 6 }), async (tape, pauses) => {
        await playing(tape, { folder: temporaryFolder() }, async ({ playback, play, said, steady }) => {
          for (const turns of pauses) {
            await playback.play();
            for (let left = turns; left > 0; left -= 1) {
              await turn();
              if (steady.nextWake !== undefined) await steady.advance(steady.nextWake);
            }
            await playback.pause();
            const { at, status } = playback.view;
            if (status === "ended") break;
            await steady.advance(nanos(steady.now() + 1e12));
            expect(playback.view).toMatchObject({ at, status: "paused" });
          }
          await play();
          expect(said()).toEqual(await reference(tape));
        });
      }),
      { numRuns: 20 },
    ));

  test("steps through every record and deadline, and says the same", () =>
    fc.assert(
      fc.asyncProperty(small, async (tape) => {
        await playing(tape, { folder: temporaryFolder() }, async ({ playback, said }) => {
          const ended = (): boolean => playback.view.status === "ended";
          while (!ended()) await playback.step();
          expect(said()).toEqual(await reference(tape));
        });
      }),
      { numRuns: 20 },
    ));

  test("steps back to where it was before the last step, with snapshots and without", () =>
    fc.assert(
      fc.asyncProperty(small, fc.nat(), fc.boolean(), async (tape, many, warm) => {
        await playing(tape, { folder: temporaryFolder(), warm }, async ({ playback, play, said }) => {
          const places: { line: number; fed: number }[] = [{ line: 0, fed: 0 }];
          for (let left = 1 + (many % 12); left > 0; left -= 1) {
            await playback.step();
            const { line, fed, status } = playback.view;
            if (status === "ended") break;
            places.push({ line, fed });
          }
          for (const place of places.toReversed().slice(1, 4)) {
            await playback.stepBack();
            expect(playback.view).toMatchObject(place);
          }
          const before = said().length;
          await play();
          const all = await reference(tape);
          expect(said().slice(before)).toEqual(all.slice(all.length - (said().length - before)));
          expect(playback.view.status).toBe("ended");
        });
      }),
      { numRuns: 30 },
    ));
});

describe("a seek", () => {
  test("to a time goes on as if everything before had been played, warm or cold", () =>
    fc.assert(
      fc.asyncProperty(
        small,
        fc.nat(),
        fc.boolean(),
        fc.constantFrom(false, true, "in-memory" as const),
        async (tape, place, offset, warm) => {
          const ats = tape.flatMap((record) => (record.type === "header" ? [] : [record.at]));
          const at = nanos((ats[place % ats.length] ?? 0) + (offset ? SILENCE : 0));
          await playing(tape, { folder: temporaryFolder(), warm }, async ({ playback, play, said }) => {
            await play();
            await playback.seek({ at });
            const before = said().length;
            await play();
            const all = await reference(tape);
            expect(said().slice(before)).toEqual(all.filter((output) => output.at >= at));
          });
        },
      ),
      { numRuns: 40 },
    ));

  test("to a line stands right before it", async () => {
    const tape = [channel(0), raw(5, 0, "rx", "a\n"), raw(5, 0, "rx", "b\n"), raw(5, 0, "rx", "c\n")];
    await playing(tape, { folder: temporaryFolder() }, async ({ playback, said }) => {
      await playback.seek({ line: 3 });
      expect(playback.view).toMatchObject({
        line: 2,
        fed: 2,
        at: 5,
        status: "paused",
        seek: { type: "cold", replayed: 2 },
      });
      await playback.step();
      expect(playback.view).toMatchObject({ line: 3, at: 5 });
      expect(said()).toHaveLength(2);
    });
  });

  test("is warm once snapshots lie beside the tape, replays less, and goes on the same", async () => {
    const line = (n: number): string => `${n} ${"x".repeat(1200)}\n`;
    const tape = [channel(0), ...Array.from({ length: 1200 }, (_, n) => raw(n * 1000, n % 2, "rx", line(n)))];
    const all = await reference(tape);
    const folder = temporaryFolder();
    await playing(tape, { folder, warm: true }, async ({ playback, play, said }) => {
      await playback.seek({ at: nanos(1_199_000) });
      expect(playback.view.seek).toEqual({ type: "cold", replayed: 1200 });
      const snapshots = readdirSync(join(folder, "a.tape.jsonl.index")).filter((name) => name.endsWith(".snapshot"));
      expect(snapshots.length).toBeGreaterThan(3);
      for (const at of [1_100_000, 300_000, 1_199_000, 777_001].map(nanos)) {
        await playback.seek({ at });
        expect(playback.view.seek).toMatchObject({ type: "warm" });
        expect(playback.view.seek!.replayed).toBeLessThan(300);
        await play();
        const later = said().filter((output) => output.at >= at);
        expect(later).toEqual(all.filter((output) => output.at >= at).slice(-later.length));
        expect(later.length).toBeGreaterThan(0);
      }
    });
    for (const [what, change] of [
      ["other code", { code: "2" }],
      ["another subject", { subject: "nmea" }],
      ["other settings", { config: { maximum: 1 } }],
      ["another part", { feed: { channels: ["0"] } }],
    ] as const) {
      const other = await SnapshotShelf.open(join(folder, "a.tape.jsonl"), { ...identity, ...change });
      expect([what, await other?.before({ at: nanos(1_199_000) })]).toEqual([what, undefined]);
    }
    writeFileSync(join(folder, "a.tape.jsonl"), formatTape(tape.slice(0, 1_100)));
    const stale = await SnapshotShelf.open(join(folder, "a.tape.jsonl"), identity);
    expect(await stale?.before({ at: nanos(1_199_000) })).toBeUndefined();
  });

  test("is overtaken by the next one", async () => {
    const tape = [channel(0), ...Array.from({ length: 3000 }, (_, n) => raw(n * 1000, 0, "rx", "x".repeat(500)))];
    await playing(tape, { folder: temporaryFolder() }, async ({ playback }) => {
      const first = playback.seek({ at: nanos(2_999_000) });
      await turn();
      await playback.seek({ line: 5 });
      await first;
      expect(playback.view).toMatchObject({ line: 4, status: "paused" });
    });
  });
});

describe("a breakpoint", () => {
  const tape = [channel(0), raw(5, 0, "rx", "a\n\nb\n"), raw(7, 0, "rx", "c\n")];
  const texts = (records: readonly TapeRecord[]): unknown[] =>
    records.map((record) => (record.type === "output" ? (record.value as { raw: string }).raw : undefined));

  test("stops exactly after the output that matched; the others of the same read come when it goes on", async () => {
    await playing(tape, { folder: temporaryFolder() }, async ({ playback, play, said }) => {
      await playback.breakAt(compilePredicate('type = output and value.raw = "0a"'));
      await play();
      expect(playback.view).toMatchObject({ status: "paused", line: 2, at: 5, hit: { line: 2, at: 5, said: 2 } });
      expect(texts(said())).toEqual(["610a", "0a"]);
      await play();
      expect(playback.view).toMatchObject({ status: "ended", hit: undefined });
      expect(texts(said())).toEqual(["610a", "0a", "620a", "630a"]);
    });
  });

  test("on what was fed stops after that record", async () => {
    await playing(tape, { folder: temporaryFolder() }, async ({ playback, play }) => {
      await playback.breakAt(compilePredicate("type = raw and at >= 7"));
      await play();
      expect(playback.view).toMatchObject({ line: 3, at: 7, hit: { line: 3, record: { type: "raw" } } });
    });
  });
});

describe("a loop", () => {
  test("says the same every round, from where it begins", async () => {
    const tape = [channel(0), raw(5, 0, "rx", "a\n"), raw(7, 0, "rx", "b\n"), raw(9, 0, "rx", "c\n")];
    const rounds: string[] = [];
    await playing(
      tape,
      { folder: temporaryFolder(), rounds: 3, from: { at: nanos(7) } },
      async ({ playback, play, said }) => {
        playback.subscribe(() => {
          if (playback.view.rounds !== rounds.length) rounds.push(JSON.stringify(said().slice(-2)));
        });
        await play();
        expect(playback.view).toMatchObject({ status: "ended", rounds: 3 });
        expect(rounds.length).toBe(3);
        expect(
          JSON.stringify(
            said()
              .slice(-2)
              .map(({ at }) => at),
          ),
        ).toBe("[7,9]");
      },
    );
  });
});

describe("a subject that fails", () => {
  const failing: Subject = {
    name: "failing",
    role: "observer",
    async open(options) {
      const run = await toyLines.open(options);
      return {
        advance(records, until, signal) {
          if (records.some((record) => record.type === "raw" && record.bytes[0] === 0x21)) throw new Error("a bang");
          return run.advance(records, until, signal);
        },
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };

  test("is shown with the line, and one may seek back and look", async () => {
    const tape = [channel(0), raw(5, 0, "rx", "a\n"), raw(7, 0, "rx", "!"), raw(9, 0, "rx", "c\n")];
    await playing(tape, { folder: temporaryFolder(), subject: failing }, async ({ playback, play }) => {
      await play();
      expect(playback.view).toMatchObject({ status: "failed", failure: { code: "SUBJECT_CRASHED", line: 3 } });
      await playback.seek({ line: 3 });
      expect(playback.view).toMatchObject({ status: "paused", line: 2, failure: undefined });
    });
  });
});
