import { describe, expect, test } from "vitest";
import { withLoopValue } from "../../src/cli/replay/flags.ts";
import { planReplay, type ReplayFlags } from "../../src/cli/replay/plan.ts";

const FLAGS: ReplayFlags = {
  seed: 0,
  play: "rx",
  drain: "1s",
  time: "recorded",
  step: false,
  ui: false,
  "dry-run": false,
  snapshots: true,
  force: false,
  patience: "10s",
  twice: false,
  json: false,
  "spawn-within": "10s",
  faketime: false,
};

const plan = (flags: Partial<ReplayFlags>) => planReplay("a.tape.jsonl", { ...FLAGS, ...flags });

describe("the flags of a replay", () => {
  test("mean full speed, one round and strict bytes where they say nothing", () => {
    expect(plan({})).toMatchObject({
      rate: undefined,
      rounds: 1,
      policy: { type: "strict" },
      drain: 1e9,
      look: "play",
    });
  });

  test("mean the time as it was for a live program", () => {
    expect(plan({ to: "tcp:10.0.0.1:502" })).toMatchObject({
      rate: 1,
      wire: { type: "tcp", to: { host: "10.0.0.1", port: 502 } },
    });
    expect(plan({ to: "serial:/dev/ttyUSB0,115200,8E1", speed: "2.5x" })).toMatchObject({
      rate: 2.5,
      wire: { type: "serial", path: "/dev/ttyUSB0", settings: { baud: 115_200, parity: "even" } },
    });
    expect(plan({ listen: "tcp:1502" })).toMatchObject({ wire: { type: "tcp-listen", listen: { port: 1502 } } });
  });

  test("mean a program that is started, reached where its arguments say so", () => {
    const spawned = (spawn: string, flags: Partial<ReplayFlags> = {}) => plan({ spawn, ...flags }).wire;
    const rest = { within: 10_000_000_000, fakeTime: false, log: undefined };
    expect(spawned(`meter --port={port} 'two words' "it's"`)).toEqual({
      ...{ type: "spawn", as: "server", ...rest },
      command: ["meter", "--port={port}", "two words", "it's"],
    });
    expect(spawned("meter {pty}")).toMatchObject({ as: "pty" });
    expect(spawned("meter", { "spawn-as": "client", "spawn-within": "2s", faketime: true })).toMatchObject({
      ...{ as: "client", within: 2_000_000_000, fakeTime: true },
    });
    expect(plan({ spawn: "meter {port}" }).rate).toBe(1);
  });

  test("hold what is sent against the tape, unless there is a golden", () => {
    expect(plan({ against: "golden.jsonl" }).policy).toEqual({ type: "none" });
    expect(plan({ against: "golden.jsonl", policy: "strict" }).policy).toEqual({ type: "strict" });
    expect(plan({ policy: "wait", patience: "50ms" }).policy).toEqual({ type: "wait", patience: 50_000_000 });
    expect(plan({ match: "modbus-tcp:unit,function" }).policy).toEqual({
      type: "match",
      framer: "modbus-tcp",
      fields: ["unit", "function"],
    });
  });

  test.for<[string, Partial<ReplayFlags>]>([
    ["a live program twice", { to: "tcp:10.0.0.1:502", twice: true }],
    ["a live program step by step", { listen: "tcp:502", step: true }],
    ["a live program at full speed", { to: "tcp:10.0.0.1:502", speed: "max" }],
    ["a live program with options", { to: "tcp:10.0.0.1:502", options: "{}" }],
    ["JSON for a person who steps", { step: true, json: true }],
    ["one tape of several rounds", { loop: "3", out: "out.tape.jsonl" }],
    ["a tolerance for nothing", { tolerance: "5ms" }],
    ["no speed", { speed: "fast" }],
    ["a speed beyond all", { speed: "10000000" }],
    ["no place", { from: "yesterday" }],
    ["reads of no bytes", { rechunk: "0" }],
    ["no rounds", { loop: "0" }],
    ["a program that is nowhere", { to: "udp:10.0.0.1:502" }],
    ["a program that is reached nowhere", { spawn: "meter" }],
    ["no program at all", { spawn: " " }],
    ["an open quote", { spawn: "meter '{port}" }],
    ["a port where there is a serial line", { spawn: "meter {pty} {port}" }],
    ["a serial line where there is a port", { spawn: "meter {pty}", "spawn-as": "client" }],
    ["a started program step by step", { spawn: "meter {port}", step: true }],
    ["a match of nothing", { policy: "match" }],
    ["fields without the policy for them", { policy: "strict", match: "lines:text" }],
    ["half a predicate", { break: "value = " }],
  ])("are refused when they ask for %s", ([, flags]) => {
    expect(() => plan(flags)).toThrow();
  });

  test("let --loop stand alone, before another flag and at the end", () => {
    expect(withLoopValue(["a", "--loop", "3", "-s", "x"])).toEqual(["a", "--loop", "3", "-s", "x"]);
    expect(withLoopValue(["a", "--loop", "-s", "x"])).toEqual(["a", "--loop", "endless", "-s", "x"]);
    expect(plan({ loop: "endless" }).rounds).toBe(Number.POSITIVE_INFINITY);
    expect(withLoopValue(["--loop", "a.tape.jsonl"])).toEqual(["--loop", "endless", "a.tape.jsonl"]);
  });
});
