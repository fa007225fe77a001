import { execFileSync } from "node:child_process";
import process from "node:process";
import { expect, test } from "vitest";
import { compressTape } from "../../src/tape/gzip.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import { bundled } from "../programs/bundled.ts";
import { header, inFolder } from "./tape-files.ts";
import { channel, raw } from "./traffic.ts";

test("reading a long tape takes no more memory than a small one, compressed or not", () =>
  inFolder(async (file) => {
    const path = file("a.tape.jsonl");
    const count = 400_000;
    const payload = new TextEncoder().encode(`${"reading 23.5; ".repeat(5)}\r\n`);
    const writer = await TapeWriter.create(path, { header, live: false });
    writer.write(channel(0));
    for (let index = 0; index < count; index++) {
      writer.write(raw(index, 0, "rx", payload));
      if (writer.full) await writer.drained();
    }
    await writer.close({ reason: "stop" });
    const program = await bundled("read-tape.ts", file("read-tape.mjs"));
    const read = (tape: string) => JSON.parse(execFileSync(process.execPath, [program, tape], { encoding: "utf8" }));
    const plain = read(path);
    const compressed = read(await compressTape(path));
    for (const { records, damagedCount, maxRss } of [plain, compressed]) {
      expect(records).toBeGreaterThan(count);
      expect(damagedCount).toBe(0);
      expect(maxRss).toBeLessThan(150e6);
    }
  }));

test.each([
  ["decoding for long while recording keeps nothing of what it has decoded", "decode-for-long", "100000", 5e6],
  ["a simulated device that is told nothing keeps nothing of its own doing", "play-for-long", "20000", 3e6],
])("%s", (_, name, count, most) =>
  inFolder(async (file) => {
    const program = await bundled(`${name}.ts`, file(`${name}.mjs`));
    const run = execFileSync(process.execPath, ["--expose-gc", program, count], { encoding: "utf8" });
    expect(JSON.parse(run).grown).toBeLessThan(most);
  }),
);
