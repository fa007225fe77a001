import { test } from "@fast-check/vitest";
import { expect } from "vitest";
import type { ChainInput } from "../../src/machine/chain-plan.ts";
import { replay } from "../../src/machine/replay.ts";
import { type Nanos, nanos } from "../../src/time/nanos.ts";
import { anyTape } from "./any-tape.ts";
import { options, said } from "./chain-talk.ts";
import { listening, talk, words } from "./toys.ts";

/** The law of order, kept in the simplest way: looks through all instances for whoever is next, one step at a time. */
function byTheLaw(tape: readonly ChainInput[], end: number): string[] {
  const lines: string[] = [];
  const kinds = new Map<number, "stream" | "datagram">();
  const instances = new Map<number, { wake(at: Nanos): void; due(): number | undefined }>();
  const framers = new Map<string, (input: unknown, at: Nanos) => void>();
  const sessions = new Map<number, (input: unknown, at: Nanos) => void>();
  const seat = (order: number, machine: { step: unknown; deadline: unknown }, first: unknown, hear: unknown) => {
    const { step, deadline } = machine as typeof words;
    let state = first as Parameters<typeof step>[0];
    const tell = (input: never, at: Nanos): void => {
      const done = step(state, input, at);
      state = done.state;
      for (const output of done.outputs) (hear as (output: unknown, at: Nanos) => void)(output, at);
    };
    instances.set(order, { due: () => deadline(state), wake: (at) => tell({ type: "elapsed" } as never, at) });
    return tell as (input: unknown, at: Nanos) => void;
  };
  const open = (channel: number): void => {
    if (sessions.has(channel)) return;
    const say = (machine: string, at: Nanos, value: never): number =>
      lines.push(...said([{ type: "output", at, machine, channel, value }]));
    const told = seat(channel * 3 + 2, talk, talk.initial({ quiet: 5 }), (output: { value: never }, at: Nanos) =>
      say("talk", at, output.value),
    );
    sessions.set(channel, told);
  };
  const framing = (channel: number, dir: "rx" | "tx") => {
    const known = framers.get(`${channel}${dir}`);
    if (known !== undefined) return known;
    const first = words.initial({ options: { silence: 5 }, dir, kind: kinds.get(channel) ?? "stream" });
    const made = seat(channel * 3 + (dir === "rx" ? 0 : 1), words, first, (output: { type: string }, at: Nanos) => {
      lines.push(...said([{ type: "output", at, machine: "words", channel, value: output as never }]));
      sessions.get(channel)?.(
        output.type === "frame" ? { type: "frame", frame: output } : { type: "fault", fault: output },
        at,
      );
    });
    framers.set(`${channel}${dir}`, made);
    return made;
  };
  const wakeUpTo = (limit: number): void => {
    for (;;) {
      const [next] = [...instances]
        .flatMap(([order, one]) => (one.due() === undefined ? [] : [{ order, due: one.due() as number, one }]))
        .sort((a, b) => a.due - b.due || a.order - b.order);
      if (next === undefined || next.due > limit) return;
      next.one.wake(nanos(next.due));
    }
  };
  const interrupt = (channel: number, dirs: readonly ("rx" | "tx")[], framer: object, session: object, at: Nanos) => {
    for (const dir of dirs) framers.get(`${channel}${dir}`)?.(framer, at);
    sessions.get(channel)?.(session, at);
  };
  for (const record of tape) {
    wakeUpTo(record.at - 1);
    const { at } = record;
    if (record.type === "channel") {
      open(record.channel);
      kinds.set(record.channel, record.kind);
    } else if (record.type === "raw") {
      open(record.channel);
      framing(record.channel, record.dir)({ type: "bytes", bytes: record.bytes }, at);
      if (kinds.get(record.channel) === "datagram") framing(record.channel, record.dir)({ type: "boundary" }, at);
    } else if (record.type === "link") {
      open(record.channel);
      const change = record.event;
      const dirs = change === "half-close" && record.dir !== undefined ? [record.dir] : (["rx", "tx"] as const);
      interrupt(record.channel, dirs, { type: "link", change }, { type: "link", change }, at);
    } else if (record.type === "gap") {
      const { cause, dir } = record;
      if (record.channel !== undefined) open(record.channel);
      const concerned = record.channel === undefined ? [...sessions.keys()].sort() : [record.channel];
      const dirs = dir === undefined ? (["rx", "tx"] as const) : [dir];
      for (const one of concerned) interrupt(one, dirs, { type: "gap", cause }, { type: "gap", cause, dir }, at);
    }
  }
  wakeUpTo(end - 1);
  const over = { type: "end" };
  for (const one of [...sessions.keys()].sort()) interrupt(one, ["rx", "tx"], over, over, nanos(end));
  wakeUpTo(end);
  return lines;
}

test.prop([anyTape])("the order is the law's, whatever the tape", (tape) => {
  const outputs = replay(listening, tape, options);
  const last = tape.at(-1)?.at ?? 0;
  expect(said(outputs)).toEqual(byTheLaw(tape, last + 100));
  for (const [index, output] of outputs.entries())
    expect(output.at).toBeGreaterThanOrEqual(outputs[index - 1]?.at ?? 0);
});
