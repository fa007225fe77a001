import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FieldtapeError } from "../../src/errors.ts";
import { crashSite } from "../../src/replayer/crash-site.ts";
import { Deck } from "../../src/replayer/deck.ts";
import type { Subject } from "../../src/replayer/subject.ts";
import { formatTape } from "../../src/tape/line-encoder.ts";
import { openTape } from "../../src/tape/reader.ts";
import { nanos, seconds } from "../../src/time/nanos.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { never, OPEN } from "./replaying.ts";
import { channel, raw } from "./toy-tape.ts";

/** Fails at the third read, with this code when it comes with others, and as crashed when it comes alone. */
function failing(together: "SUBJECT_HUNG" | "SUBJECT_CRASHED"): Subject {
  return {
    name: "failing",
    role: "observer",
    async open() {
      return {
        async advance(records) {
          if (records.some((record) => record.type === "raw" && record.at === 30))
            throw new FieldtapeError(records.length > 1 ? together : "SUBJECT_CRASHED", "it failed");
          return { outputs: [], deadline: undefined };
        },
        async [Symbol.asyncDispose]() {},
      };
    },
  };
}

test.each(["SUBJECT_CRASHED", "SUBJECT_HUNG"] as const)(
  "the record that does it is named, also when stepping shows that what seemed %s crashed",
  async (together) => {
    const path = join(temporaryFolder(), "a.tape.jsonl");
    const reads = [10, 20, 30, 40].map((at) => raw(at, 0, "rx", "x\n"));
    writeFileSync(path, formatTape([channel(0), ...reads]));
    await using tape = await openTape(path);
    const deck = new Deck({
      tape,
      subject: failing(together),
      open: OPEN,
      feed: { play: "rx", time: "recorded", drain: seconds(1) },
      clock: { now: () => nanos(0), sleepUntil: async () => {} },
      verify: false,
    });
    const thrown = new FieldtapeError(together, "it failed (while it was fed lines 1 to 5)", { line: 1 });
    expect(await crashSite(deck, thrown, never)).toMatchObject({
      code: "SUBJECT_CRASHED",
      line: 4,
      message: "it failed",
    });
    expect(await crashSite(deck, new Error("the disk"), never)).toMatchObject({ message: "the disk" });
  },
);
