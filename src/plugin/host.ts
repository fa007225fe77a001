import { Buffer } from "node:buffer";
import process from "node:process";
import type { Json } from "../bytes/json.ts";
import { assert, FieldtapeError, unreachable } from "../errors.ts";
import type { Subject, SubjectRun } from "../replayer/subject.ts";
import type { TapeRecord } from "../tape/record.ts";
import type { Clock } from "../time/clock.ts";
import { type Nanos, nanos, plus, seconds } from "../time/nanos.ts";
import { PLUGIN_ABI } from "./abi.ts";
import { STATE_PIECE } from "./process-limits.ts";
import { protocolScanner } from "./protocol-scanner.ts";
import { SaidLines } from "./said-lines.ts";
import { type Opening, parseTold, type Told } from "./schema.ts";

/** Makes the subject that plays with these options. */
export type SubjectFor = (config: Json) => Promise<Subject>;

const WRITE_LENGTH = 64 * 1024;
/** While something takes long, it says so often that it is at work. */
const HEARTBEAT = seconds(1);

/**
 * The protocol of docs/writing-a-subject.md, as the side that answers, for subjects written as machines. Ends with its input, or when it
 * cannot go on.
 */
export async function serve(subjectFor: SubjectFor, clock: Clock): Promise<void> {
  const host = new Host(subjectFor, outputKept());
  beat(host, clock).catch(() => undefined); // it ends with the process
  try {
    for await (const bytes of process.stdin) await host.take(bytes);
  } catch (thrown) {
    await host.fail(thrown);
  }
}

async function beat(host: Host, clock: Clock): Promise<void> {
  const { signal } = new AbortController();
  for (;;) {
    await clock.sleepUntil(plus(clock.now(), HEARTBEAT), signal);
    await host.beat();
  }
}

/** Writes to standard output, which is the protocol's from now on: what a module prints is log. */
function outputKept(): (text: string) => Promise<void> {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  return (text) => new Promise((resolve) => write(text, () => resolve()));
}

class Host {
  readonly #subjectFor: SubjectFor;
  readonly #scanner = protocolScanner("what it is told");
  readonly #said = new SaidLines();
  readonly #signal = new AbortController().signal;
  #run: SubjectRun | undefined;
  #records: TapeRecord[] = [];
  #state: Buffer[] = [];

  readonly #write: (text: string) => Promise<void>;

  constructor(subjectFor: SubjectFor, write: (text: string) => Promise<void>) {
    this.#subjectFor = subjectFor;
    this.#write = write;
  }

  async take(bytes: Uint8Array): Promise<void> {
    for (const { records } of this.#scanner.append(bytes)) {
      for (const record of records) {
        if (record.type === "unknown") await this.#hear(record.json);
        else this.#records.push(record);
      }
    }
    // Answers to what came so far are on their way while more comes.
    const last = this.#records.at(-1);
    if (last !== undefined && last.type !== "header") await this.#advance(nanos(last.at - 1));
  }

  /** Whatever it was at, it is still there. */
  async beat(): Promise<void> {
    this.#said.message({ type: "alive" });
    await this.#flush();
  }

  /** What was thrown, as its last words. */
  async fail(thrown: unknown): Promise<void> {
    const known = thrown instanceof FieldtapeError;
    if (thrown instanceof Error) process.stderr.write(`${causeOf(thrown).stack ?? thrown.message}\n`);
    this.#said.message({
      type: "failed",
      message: thrown instanceof Error ? thrown.message : String(thrown),
      code: known && isTellable(thrown.code) ? thrown.code : "SUBJECT_CRASHED",
      ...(known && thrown.hint !== undefined ? { hint: thrown.hint } : {}),
    });
    await this.#flush();
  }

  async #hear(line: string): Promise<void> {
    const told = parseTold(line);
    assert(typeof told !== "string", `a module was told ${line.slice(0, 200)}`);
    switch (told.type) {
      case "open":
        return this.#open(told);
      case "state":
        this.#state.push(Buffer.from(told.b64, "base64"));
        return;
      case "advance":
        return this.#done(told);
      case "snapshot":
        return this.#snapshot(told);
      case "rewrite":
        return this.#rewrite(told);
      default:
        return unreachable(told);
    }
  }

  async #open({ config, channels, seed, time, recorded, snapshot }: Opening): Promise<void> {
    await this.#run?.[Symbol.asyncDispose]();
    const subject = await this.#subjectFor(config);
    const state = snapshot === undefined ? undefined : Buffer.concat([...this.#state, Buffer.from(snapshot, "base64")]);
    this.#state = [];
    this.#run = await subject.open({
      config,
      channels,
      seed,
      faults: [],
      ...(time === undefined ? {} : { time }),
      ...(recorded === undefined ? {} : { recorded }),
      ...(state === undefined ? {} : { snapshot: state }),
    });
    this.#said.message({
      type: "ready",
      abi: PLUGIN_ABI,
      role: subject.role,
      snapshots: this.#run.snapshot !== undefined,
      rewrites: this.#run.rewrite !== undefined,
      again: true,
    });
    await this.#flush();
  }

  async #done({ id, until }: Extract<Told, { type: "advance" }>): Promise<void> {
    const deadline = await this.#advance(until);
    this.#said.message({ type: "done", id, deadline: deadline ?? null });
    await this.#flush();
  }

  async #advance(until: Nanos): Promise<Nanos | undefined> {
    const records = this.#records;
    this.#records = [];
    const { outputs, deadline } = await this.#opened().advance(records, until, this.#signal);
    for (const output of outputs) {
      this.#said.append(output);
      if (this.#said.length >= WRITE_LENGTH) await this.#flush();
    }
    return deadline;
  }

  async #snapshot({ id }: Extract<Told, { type: "snapshot" }>): Promise<void> {
    const state = Buffer.from((await this.#opened().snapshot?.()) ?? []).toString("base64");
    let start = 0;
    for (; state.length - start > STATE_PIECE; start += STATE_PIECE)
      this.#said.message({ type: "snapshot", id, state: state.slice(start, start + STATE_PIECE), more: true });
    this.#said.message({ type: "snapshot", id, state: state.slice(start) });
    await this.#flush();
  }

  async #rewrite({ id, b64, value, edits }: Extract<Told, { type: "rewrite" }>): Promise<void> {
    const bytes = new Uint8Array(Buffer.from(b64, "base64"));
    const said = await this.#opened().rewrite?.({ bytes, value }, edits);
    this.#said.message({
      type: "rewritten",
      id,
      b64: said === undefined ? null : Buffer.from(said).toString("base64"),
    });
    await this.#flush();
  }

  #opened(): SubjectRun {
    assert(this.#run !== undefined, "a module was told records before a run began");
    return this.#run;
  }

  async #flush(): Promise<void> {
    await this.#write(this.#said.take());
  }
}

const TELLABLE = ["OPTIONS_INVALID", "SUBJECT_CRASHED", "SUBJECT_HUNG", "LIMIT_EXCEEDED"] as const;

function isTellable(code: string): code is (typeof TELLABLE)[number] {
  return TELLABLE.some((one) => one === code);
}

function causeOf(error: Error): Error {
  return error.cause instanceof Error ? error.cause : error;
}
