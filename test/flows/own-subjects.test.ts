import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { needs } from "../needs.ts";
import { fieldtape, jsonLines } from "./command-line.ts";
import { agrees, EXAMPLES, inC, inPython, projectLike } from "./own-subjects.ts";

/** The first example of the page in this language. */
function onThePage(language: string): string {
  const page = readFileSync(join(EXAMPLES, "../writing-a-subject.md"), "utf8");
  return page.split(`\`\`\`${language}\n`)[1]?.split("```")[0] ?? "";
}

/** The members that the built-in framer says, by their places in the declared format. */
const SAY = {
  role: "role",
  transaction: "transaction",
  unit: "unit",
  function: "pdu.function",
  exception: "pdu.exception",
  address: "pdu.address",
  quantity: "pdu.quantity",
  values: "pdu.values",
};

describe("the examples say what the built-in subjects say, record for record", () => {
  test("an old parser that knows nothing of machines", () =>
    agrees({ named: { module: join(EXAMPLES, "legacy-nmea.mjs") }, like: "nmea/receiver" }));

  test("an old watchdog whose timers are those of a live line: its time-outs come at the tape's nanosecond", () =>
    agrees({
      named: { module: join(EXAMPLES, "legacy-modbus-watch.mjs"), options: { timeoutMs: 200 } },
      like: "modbus/slow-device",
    }));

  test("an XState machine with delayed transitions", () =>
    agrees({
      named: { module: join(EXAMPLES, "xstate-modbus-watch.mjs"), options: { timeoutMs: 200 } },
      like: "modbus/slow-device",
    }));

  test("a format that is declared in Kaitai Struct, without a line of code", () =>
    agrees({
      named: { kaitai: join(EXAMPLES, "modbus_tcp.ksy"), options: { say: SAY } },
      like: "modbus/slow-device",
      only: "modbus-tcp",
    }));

  needs("python3")("a program in Python", () => agrees({ named: inPython(), like: "nmea/receiver" }));

  needs("cc")("a program in C", () => agrees({ named: inC(), like: "nmea/receiver" }));
});

describe("the shims", () => {
  needs("python3", "cc")("fire their timers in the tape's time, and both languages say the same", async () => {
    const options = { silenceMs: 100 };
    const runs = await Promise.all(
      [inPython(), inC()].map(async (program) => {
        const cwd = projectLike({ named: { ...program, options }, like: "nmea/receiver" });
        return fieldtape(["replay", "corpora/own/case/tape.jsonl", "--subject", "mine", "--json"], { cwd });
      }),
    );
    const [python, c] = runs.map(({ stdout }) => jsonLines(stdout));
    expect(python).toEqual(c);
    const silent = (python ?? []).filter(({ value }) => (value as { state?: string }).state === "silent");
    // 100 ms behind a read to the nanosecond, where the next one came later than that.
    expect(silent.map(({ at }) => at)).toContain(872_936_190 + 100_000_000);
    expect(silent.length).toBeGreaterThan(5);
  });

  needs("python3", "cc")("make the short examples of the page work, and say the same in both languages", async () => {
    const programs = [inPython(onThePage("python")), inC(onThePage("c"))];
    const runs = await Promise.all(
      programs.map((named) => {
        const cwd = projectLike({ named, like: "nmea/receiver" });
        return fieldtape(["replay", "corpora/own/case/tape.jsonl", "--subject", "mine", "--json"], { cwd });
      }),
    );
    const [python, c] = runs.map(({ stdout }) => jsonLines(stdout));
    expect(python).toEqual(c);
    expect(python).toMatchObject([{ at: 3_070_516_128 + 500_000_000, value: { state: "silent", after: 3276 } }]);
  });

  needs("cc")("tell a setting that is wrong from a program that fails", async () => {
    const named = { ...inC(), options: { silenceMs: -1 } };
    const run = await fieldtape(["replay", "corpora/own/case/tape.jsonl", "--subject", "mine"], {
      cwd: projectLike({ named, like: "nmea/receiver" }),
    });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("silenceMs must not be negative");
  });
});

describe("a declared format", () => {
  test("is found beside the configuration, and says all of its members where none are chosen", async () => {
    const cwd = projectLike({ named: { kaitai: "mine.ksy" }, like: "modbus/slow-device" });
    const run = await fieldtape(["replay", "corpora/own/case/tape.jsonl", "--subject", "mine"], { cwd });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("mine.ksy");
    cpSync(join(EXAMPLES, "modbus_tcp.ksy"), join(cwd, "mine.ksy"));
    const found = await fieldtape(["replay", "corpora/own/case/tape.jsonl", "--subject", "mine", "--json"], { cwd });
    expect(jsonLines(found.stdout)[0]).toMatchObject({
      machine: "modbus-tcp",
      value: { type: "frame", pdu: { function: 3 } },
    });
  });
});
