import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { onCaptures } from "../captures.ts";
import { CUTS, decode, framesOf, tapeOf } from "./capture-decoding.ts";

onCaptures(
  "every receiver's log gives the sentences that gpsd counts",
  async (folder) => {
    const place = join(folder, "nmea-gpsd");
    const expected = JSON.parse(readFileSync(join(place, "expected.json"), "utf8")) as {
      log: string;
      sentences: number;
      sha256_of_sentence_lines: string;
    }[];
    for (const [index, { log, sentences, sha256_of_sentence_lines }] of expected.entries()) {
      // A cut for each log, in turn: every log and every cut is met, and the framer's own tests try them all.
      const cut = CUTS[index % CUTS.length]!;
      const frames = framesOf(
        await decode(await tapeOf(join(place, log), ["--format", "raw"]), ["--subject", "nmea", ...cut]),
      );
      const text = frames.map(({ sentence }) => `${sentence}\n`).join("");
      expect({
        log,
        cut,
        sentences: frames.length,
        sha256: createHash("sha256").update(text, "latin1").digest("hex"),
      }).toEqual({
        log,
        cut,
        sentences,
        sha256: sha256_of_sentence_lines,
      });
    }
  },
  300_000,
);
