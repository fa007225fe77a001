import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import process from "node:process";
import { expect, test } from "vitest";
import { checkTape } from "../../src/tape/check.ts";
import { openTape } from "../../src/tape/reader.ts";
import { bundled } from "../programs/bundled.ts";
import { inFolder } from "./tape-files.ts";

/** The numbers of the readings in one segment. */
async function readingsIn(path: string): Promise<number[]> {
  await using tape = await openTape(path);
  const numbers: number[] = [];
  for await (const { records } of tape.batches()) {
    for (const record of records) {
      if (record.type === "raw") numbers.push(Number(Buffer.from(record.bytes).toString().slice("reading ".length)));
    }
  }
  return numbers;
}

test("a process killed while it writes leaves whole segments and a valid last one, without a hole", () =>
  inFolder(async (file) => {
    const bundle = await bundled("write-tape.ts", file("write-tape.mjs"));
    for (let kill = 0; kill < 5; kill++) {
      const path = file(`${kill}.tape.jsonl`);
      const child = spawn(process.execPath, [bundle, path], { stdio: ["ignore", "pipe", "inherit"] });
      await once(child.stdout, "data");
      // Killed at another moment each time: after so many segments were begun.
      while (!readdirSync(file("")).some((name) => name.startsWith(`${kill}.000${kill}.`) || kill === 0)) {
        await new Promise((go) => setTimeout(go, 2));
      }
      child.kill("SIGKILL");
      await once(child, "exit");
      const segments = readdirSync(file(""))
        .filter((name) => name.startsWith(`${kill}.`))
        .toSorted();
      const inOrder = [`${kill}.tape.jsonl`, ...segments.filter((name) => name !== `${kill}.tape.jsonl`)];
      const numbers: number[] = [];
      for (const [index, name] of inOrder.entries()) {
        const last = index === inOrder.length - 1;
        // The very last file may have been made and not yet got its header.
        const report = await checkTape(file(name)).catch((thrown: unknown) =>
          last ? undefined : Promise.reject(thrown),
        );
        if (report === undefined) continue;
        expect(report).toMatchObject({ findings: [], closed: !last || report.closed });
        numbers.push(...(await readingsIn(file(name))));
      }
      expect(numbers.findIndex((number, index) => number !== index)).toBe(-1);
      if (kill > 0) expect(numbers.length).toBeGreaterThan(10_000 * kill);
    }
  }));
