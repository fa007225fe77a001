import type { Dir } from "../../src/bytes/channel.ts";
import { toHex } from "../../src/bytes/hex.ts";
import { decodeSnapshot, encodeSnapshot } from "../../src/machine/snapshot.ts";
import type { Advanced, OpenOptions, Subject, SubjectRun } from "../../src/replayer/subject.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { type Nanos, nanos, plus } from "../../src/time/nanos.ts";

/** After so much silence an unfinished line is given up. */
export const SILENCE = 50_000_000;
/** A toy participant answers a line so much later. */
export const ANSWER_DELAY = 10_000_000;

interface Line {
  offset: number;
  bytes: number[];
  due: number | undefined;
}

interface ToyState {
  lines: Map<string, Line>;
  now: number;
}

/** An observer: each line is a frame; a line that falls silent, is interrupted or does not end is a fault. */
export const toyLines: Subject = {
  name: "toy-lines",
  role: "observer",
  async open(options) {
    return new ToyRun(options);
  },
};

class ToyRun implements SubjectRun {
  readonly #outputs: TapeRecord[] = [];
  #state: ToyState = { lines: new Map(), now: -1 };

  constructor(options: OpenOptions) {
    if (options.snapshot !== undefined) this.#state = decodeSnapshot(options.snapshot) as ToyState;
  }

  async advance(records: readonly TapeRecord[], until: Nanos): Promise<Advanced> {
    for (const record of records) {
      if (record.type === "header") continue;
      if (record.at < this.#state.now) throw new Error(`time went back to ${record.at}`);
      this.#fire(record.at - 1);
      this.#take(record);
    }
    this.#fire(until);
    this.#state.now = Math.max(this.#state.now, until);
    const due = [...this.#state.lines.values()].flatMap((line) => (line.due === undefined ? [] : [line.due]));
    const deadline = due.length === 0 ? undefined : nanos(Math.min(...due));
    return { outputs: this.#outputs.splice(0), deadline };
  }

  async snapshot(): Promise<Uint8Array> {
    return encodeSnapshot(this.#state);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #take(record: Exclude<TapeRecord, { type: "header" }>): void {
    if (record.type === "raw") {
      const line = this.#line(record.channel, record.dir);
      for (const byte of record.bytes) {
        line.bytes.push(byte);
        if (byte !== 10) continue;
        this.#say(record.at, `${record.channel}/${record.dir}`, "frame");
      }
      line.due = line.bytes.length === 0 ? undefined : record.at + SILENCE;
    } else if (record.type === "end") {
      for (const name of [...this.#state.lines.keys()].sort()) this.#giveUp(record.at, name, "unfinished");
    } else if (record.type === "gap") {
      for (const name of [...this.#state.lines.keys()].sort()) this.#giveUp(record.at, name, "interrupted");
    }
  }

  #fire(until: number): void {
    for (;;) {
      const due = [...this.#state.lines]
        .filter(([, line]) => line.due !== undefined && line.due <= until)
        .sort(([a, left], [b, right]) => left.due! - right.due! || (a < b ? -1 : 1))[0];
      if (due === undefined) return;
      this.#giveUp(nanos(due[1].due!), due[0], "silence");
    }
  }

  #giveUp(at: Nanos, name: string, fault: string): void {
    if ((this.#state.lines.get(name)?.bytes.length ?? 0) > 0) this.#say(at, name, "fault", fault);
  }

  #say(at: Nanos, name: string, type: "frame" | "fault", fault?: string): void {
    const line = this.#state.lines.get(name)!;
    const [channel, dir] = name.split("/");
    const span = [line.offset, line.bytes.length];
    const raw = toHex(Uint8Array.from(line.bytes));
    const value = fault === undefined ? { type, dir: dir!, span, raw } : { type, fault, dir: dir!, span, raw };
    this.#outputs.push({ type: "output", at, machine: "toy-lines", channel: Number(channel), value });
    line.offset += line.bytes.length;
    line.bytes = [];
    line.due = undefined;
  }

  #line(channel: number, dir: Dir): Line {
    const name = `${channel}/${dir}`;
    const line = this.#state.lines.get(name) ?? { offset: 0, bytes: [], due: undefined };
    this.#state.lines.set(name, line);
    return line;
  }
}

/** A participant: answers every line that it hears with `ack` and the line, a little later. */
export function toyAnswerer(change: (answer: string) => string = (answer) => answer): Subject {
  return { name: "toy-answerer", role: "participant", open: async () => new AnswererRun(change) };
}

class AnswererRun implements SubjectRun {
  readonly #change: (answer: string) => string;
  readonly #heard = new Map<number, string>();
  readonly #due: { at: Nanos; channel: number; text: string }[] = [];

  constructor(change: (answer: string) => string) {
    this.#change = change;
  }

  async advance(records: readonly TapeRecord[], until: Nanos): Promise<Advanced> {
    const outputs: TapeRecord[] = [];
    const fire = (limit: number): void => {
      while (this.#due.length > 0 && this.#due[0]!.at <= limit) {
        const { at, channel, text } = this.#due.shift()!;
        outputs.push({ type: "raw", at, channel, dir: "tx", bytes: new TextEncoder().encode(text) });
      }
    };
    for (const record of records) {
      if (record.type !== "raw") continue;
      if (record.dir !== "rx") throw new Error("a participant hears rx only");
      fire(record.at - 1);
      const lines = ((this.#heard.get(record.channel) ?? "") + new TextDecoder().decode(record.bytes)).split("\n");
      this.#heard.set(record.channel, lines.pop()!);
      for (const line of lines)
        this.#due.push({
          at: plus(record.at, ANSWER_DELAY),
          channel: record.channel,
          text: this.#change(`ack ${line}\n`),
        });
    }
    fire(until);
    return { outputs, deadline: this.#due[0]?.at };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
