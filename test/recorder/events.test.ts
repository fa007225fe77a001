import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFile, rename, stat, truncate, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { PassThrough } from "node:stream";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { Arrival } from "../../src/link/arrival.ts";
import { parseEventLine } from "../../src/recorder/application-events.ts";
import { EVENT_LINE_MAX, EventLines } from "../../src/recorder/event-lines.ts";
import { openEvents } from "../../src/recorder/event-source.ts";
import { formatRecord } from "../../src/tape/line.ts";
import { ZERO } from "../../src/time/nanos.ts";
import { everything, recording } from "../link/loopback.ts";
import { needs } from "../needs.ts";
import { inFolder } from "../tape/tape-files.ts";

const line = (text: string) => parseEventLine(Buffer.from(text));

describe("a line of an application's events", () => {
  test.each([
    ['{"type":"mark","label":"pump on"}', { type: "mark", label: "pump on" }],
    [
      '{"type":"input","machine":"pump","channel":2,"value":{"on":true}}',
      { type: "input", machine: "pump", channel: 2, value: { on: true } },
    ],
    ['{"type":"output","value":null}', { type: "output", machine: "application", value: null }],
    ['{"level":"warn","msg":"hot"}', { type: "output", machine: "application", value: { level: "warn", msg: "hot" } }],
    ['{"type":"mark","label":7}', { type: "output", machine: "application", value: { type: "mark", label: 7 } }],
    [
      '{"type":"input","machine":"","value":1}',
      { type: "output", machine: "application", value: { type: "input", machine: "", value: 1 } },
    ],
    ["42", { type: "output", machine: "application", value: 42 }],
    ["pump: 42 rpm", { type: "output", machine: "application", value: "pump: 42 rpm" }],
    ["true story", { type: "output", machine: "application", value: "true story" }],
  ])("%s is read as what it says", (text, event) => {
    expect(line(text)).toEqual(event);
  });

  test("that is broken is a fault that holds its bytes, never an error", () => {
    const value = (fault: string, raw: string) => ({
      type: "output",
      machine: "application",
      value: { type: "fault", fault, raw },
    });
    expect(line('{"a":')).toEqual(value("malformed", Buffer.from('{"a":').toString("hex")));
    expect(parseEventLine(Buffer.of(0x61, 0xff))).toEqual(value("not-utf8", "61ff"));
    expect(line("[".repeat(65) + "]".repeat(65))).toMatchObject({ value: { fault: "malformed" } });
  });

  property.prop([
    fc.array(fc.oneof(fc.string(), fc.json(), fc.constant('{"type":"mark","label":"x"}')), { maxLength: 20 }),
    fc.integer({ min: 1, max: 9 }),
  ])("is the same however the bytes were cut on their way, and always fits on the tape", (texts, cut) => {
    const whole: unknown[] = [];
    const pieces: unknown[] = [];
    const bytes = Buffer.from(texts.join("\n"));
    const once = new EventLines((event) => whole.push(event));
    once.take(bytes);
    once.end();
    const cutUp = new EventLines((event) => pieces.push(event));
    for (let at = 0; at < bytes.length; at += cut) cutUp.take(bytes.subarray(at, at + cut));
    cutUp.end();
    expect(pieces).toEqual(whole);
  });

  test("that is too long is a fault with its length, and the next one is read again", () => {
    const told: unknown[] = [];
    const lines = new EventLines((event) => told.push(event));
    for (let i = 0; i < 40; i += 1) lines.take(Buffer.alloc(EVENT_LINE_MAX / 32, "x"));
    lines.take(Buffer.from("\nshort\r\n\n"));
    expect(told).toMatchObject([
      { value: { type: "fault", fault: "too-long", bytes: (EVENT_LINE_MAX / 32) * 40 } },
      { value: "short" },
    ]);
  });

  test("that is as long as it may be fits on the tape, whatever it holds", () => {
    for (const character of ["\u0001", '"', "é", "x"]) {
      const event = parseEventLine(Buffer.from(character.repeat(EVENT_LINE_MAX / Buffer.byteLength(character))));
      expect(formatRecord({ at: ZERO, ...event }).length).toBeLessThan(1024 * 1024);
    }
  });
});

const valuesOf = (arrivals: readonly Arrival[]): unknown[] =>
  arrivals.flatMap((one) => (one.type === "output" ? [one.value] : one.type === "mark" ? [`mark ${one.label}`] : []));

async function listening(target: string) {
  const { arrivals, clock } = recording();
  const standardInput = new PassThrough();
  const source = await openEvents(target, arrivals, { clock, standardInput });
  const heard: Arrival[] = [];
  const hear = async (count: number): Promise<unknown[]> => {
    while (valuesOf(heard).length < count) {
      await arrivals.next();
      heard.push(...everything(arrivals));
    }
    return valuesOf(heard);
  };
  return { arrivals, source, standardInput, hear };
}

describe("an application's events", () => {
  test("in a file are followed from where it ends now, also when it is replaced or begun anew", () =>
    inFolder(async (file) => {
      const path = file("app.log", "old\n");
      const { source, hear, arrivals } = await listening(path);
      await appendFile(path, "one\ntw");
      await hear(1);
      await appendFile(path, "o\n");
      expect(await hear(2)).toEqual(["one", "two"]);
      await rename(path, file("app.log.1"));
      await writeFile(path, "three\n");
      await hear(3);
      await truncate(path, 0);
      await appendFile(path, "4\n");
      await hear(4);
      await appendFile(path, "no line end");
      await source.close();
      expect([...(await hear(4)), ...valuesOf(everything(arrivals))]).toEqual([
        "one",
        "two",
        "three",
        4,
        "no line end",
      ]);
    }));

  test("in a file that is not there yet are read from its first line", () =>
    inFolder(async (file) => {
      const { source, hear } = await listening(file("later.log"));
      await writeFile(file("later.log"), "first\n");
      expect(await hear(1)).toEqual(["first"]);
      await source.close();
    }));

  test("come over a local socket that only its owner may use, from several programs at a time", () =>
    inFolder(async (file) => {
      const { source, hear } = await listening(`unix:${file("events")}`);
      expect((await stat(file("events"))).mode & 0o777).toBe(0o600);
      const [one, two] = [connect(file("events")), connect(file("events"))];
      one.write('{"type":"mark","la');
      two.write("from two\n");
      await hear(1);
      one.end('bel":"from one"}');
      expect(await hear(2)).toEqual(["from two", "mark from one"]);
      two.destroy();
      await source.close();
      await expect(stat(file("events"))).rejects.toMatchObject({ code: "ENOENT" });
    }));

  test("a socket that a killed program left behind is replaced; anything else of that name is left alone", () =>
    inFolder(async (file) => {
      spawnSync(process.execPath, [
        "-e",
        `require("net").createServer().listen(${JSON.stringify(file("s"))}, () => process.kill(process.pid, "SIGKILL"))`,
      ]);
      expect((await stat(file("s"))).isSocket()).toBe(true);
      const first = await listening(`unix:${file("s")}`);
      await expect(listening(`unix:${file("s")}`)).rejects.toMatchObject({ hint: "another program listens there" });
      await first.source.close();
      await expect(listening(`unix:${file("f", "precious")}`)).rejects.toMatchObject({ code: "LINK_OPEN_FAILED" });
    }));

  needs("mkfifo")("come through a named pipe, whose writers may come and go", () =>
    inFolder(async (file) => {
      spawnSync("mkfifo", [file("pipe")]);
      const { source, hear } = await listening(file("pipe"));
      spawnSync("sh", ["-c", 'echo one > "$0"', file("pipe")]);
      await hear(1);
      spawnSync("sh", ["-c", 'echo two > "$0"', file("pipe")]);
      expect(await hear(2)).toEqual(["one", "two"]);
      await source.close();
    }),
  );

  test("come from standard input", async () => {
    const { source, hear, standardInput } = await listening("-");
    standardInput.write("hello\n");
    expect(await hear(1)).toEqual(["hello"]);
    const closed = once(standardInput, "close");
    await source.close();
    await closed;
  });

  test("of a channel that the tape does not have are kept, as a fault", async () => {
    const { source, hear, standardInput } = await listening("-");
    standardInput.write('{"type":"output","machine":"pump","channel":3,"value":1}\n');
    expect(await hear(1)).toEqual([{ type: "fault", fault: "unknown-channel", machine: "pump", channel: 3, value: 1 }]);
    await source.close();
  });

  test("a folder is no source of events", () =>
    inFolder(async (file) => {
      await expect(listening(file("."))).rejects.toMatchObject({ code: "INPUT_UNREADABLE" });
    }));
});
