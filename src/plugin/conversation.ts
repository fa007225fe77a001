import { Buffer } from "node:buffer";
import { assert, FieldtapeError } from "../errors.ts";
import type { Edit, FrameOnWire } from "../machine/machine.ts";
import type { Advanced, OpenOptions, Subject } from "../replayer/subject.ts";
import { LINE_MAX } from "../tape/limits.ts";
import { LineEncoder } from "../tape/line-encoder.ts";
import type { TapeRecord } from "../tape/record.ts";
import type { Clock } from "../time/clock.ts";
import { type Nanos, nanos } from "../time/nanos.ts";
import { turn } from "../time/system-clock.ts";
import { PLUGIN_ABI } from "./abi.ts";
import { Answers, type Question } from "./answers.ts";
import { Child } from "./child.ts";
import { type ProcessLimits, STATE_MAX, STATE_PIECE } from "./process-limits.ts";
import type { Command } from "./sandbox.ts";
import type { Answer, Ready } from "./schema.ts";
import { Vigil } from "./vigil.ts";

export interface ConversationOptions {
  /** The subject's name, for errors. */
  readonly name: string;
  /** Whose code it is, for errors. */
  readonly file?: string;
  readonly command: Command;
  /** The folder that it runs in. */
  readonly folder: string;
  readonly limits: ProcessLimits;
  readonly clock: Clock;
}

/** Lines go out in portions of about so many bytes: while the program works at one, answers to the one before come back. */
const SLAB_BYTES = 32 * 1024;
const BEFORE = nanos(-1);

/** An answer, and what was said before it. */
interface Answered {
  readonly answer: Answer;
  readonly said: readonly TapeRecord[];
}

interface Owed {
  readonly signal: AbortSignal;
  resolve(answered: Answered): void;
  reject(failure: unknown): void;
}

/**
 * The protocol of docs/writing-a-subject.md, as the side that asks. A question may be asked before the one before it is answered, and
 * the program then need not wait for it. The first failure ends the program and is what every later question gets.
 */
export class Conversation {
  readonly #name: string;
  readonly #file: string | undefined;
  readonly #child: Child;
  readonly #answers: Answers;
  readonly #vigil: Vigil;
  readonly #encoder = new LineEncoder();
  /** In the order asked, which is the order of the answers. */
  #owed: Owed[] = [];
  /** What it is being told: one thing after the other. */
  #telling: Promise<void> = Promise.resolve();
  #failure: unknown;
  /** What it said of its failure. */
  #said: Extract<Answer, { type: "failed" }> | undefined;
  #asked = 0;
  /** Pieces of a state that is on its way. */
  #state = "";

  constructor({ name, file, command, folder, limits, clock }: ConversationOptions) {
    this.#name = name;
    this.#file = file;
    const broke = (problem: string): void => this.#broke("SUBJECT_CRASHED", problem);
    this.#answers = new Answers({ answered: (answer, said) => this.#take({ answer, said }), broke });
    this.#child = new Child(command, folder, {
      takes: (bytes) => {
        this.#vigil.heard();
        if (this.alive) this.#answers.take(bytes);
      },
      logs: (bytes) => this.#answers.countLog(bytes),
      gone: (how) => broke(this.#answers.torn ? `${how}, in the middle of a line` : how),
    });
    this.#vigil = new Vigil({
      clock,
      limits,
      memory: () => this.#child.memory,
      processor: () => this.#child.processor,
      passed: (code, problem) => this.#broke(code, problem),
      aborted: ({ reason }) => this.#fail(reason),
    });
  }

  /** Whether it can be asked anything at all. */
  get alive(): boolean {
    return this.#failure === undefined;
  }

  /** Whether it owes an answer. */
  get busy(): boolean {
    return this.#owed.length > 0;
  }

  /**
   * Begins a run.
   *
   * @throws FieldtapeError OPTIONS_INVALID what the subject says of its options, or for another version of the protocol; SUBJECT_CRASHED,
   *   SUBJECT_HUNG; LIMIT_EXCEEDED for settings longer than a line
   */
  async open(options: OpenOptions, signal: AbortSignal): Promise<Ready> {
    const { config, channels, seed, time, recorded, snapshot } = options;
    this.#answers.begin();
    const { answer: ready } = await this.#ask({ answer: "ready", id: 0, reach: BEFORE }, signal, () => {
      for (const b64 of pieces(snapshot)) this.#write({ type: "state", b64 });
      this.#write({
        type: "open",
        abi: PLUGIN_ABI,
        config,
        channels,
        seed,
        time: time ?? "recorded",
        ...(recorded === undefined || recorded.length === 0 ? {} : { recorded }),
        ...(snapshot === undefined ? {} : { snapshot: "" }),
      });
    });
    assert(ready.type === "ready", "another answer than the one that was asked for");
    if (ready.abi !== PLUGIN_ABI) {
      this.#fail(this.#error("OPTIONS_INVALID", abiWords(this.#name, ready.abi), undefined));
      throw this.#failure;
    }
    return ready;
  }

  /** As `SubjectRun.advance`. */
  async advance(records: readonly TapeRecord[], until: Nanos, signal: AbortSignal): Promise<Advanced> {
    const last = records.at(-1);
    const reach = last === undefined || last.type === "header" || last.at < until ? until : last.at;
    this.#asked += 1;
    const id = this.#asked;
    const { answer: done, said } = await this.#ask({ answer: "done", id, reach }, signal, async () => {
      for (const record of records) {
        if (!isTold(record)) continue;
        this.#encoder.append(record, 0);
        if (this.#encoder.length >= SLAB_BYTES) await this.#flush();
      }
      this.#encoder.appendLine(`{"type":"advance","id":${id},"until":${until}}`);
    });
    assert(done.type === "done", "another answer than the one that was asked for");
    const { deadline } = done;
    if (deadline !== undefined && deadline <= until) {
      this.#broke("SUBJECT_CRASHED", `names ${deadline} ns as its deadline, which is over at ${until} ns`);
      throw this.#failure;
    }
    return { outputs: said, deadline };
  }

  async snapshot(signal: AbortSignal): Promise<Uint8Array> {
    this.#asked += 1;
    const id = this.#asked;
    await this.#ask({ answer: "snapshot", id, reach: BEFORE }, signal, () => this.#write({ type: "snapshot", id }));
    const state = this.#state;
    this.#state = "";
    return new Uint8Array(Buffer.from(state, "base64"));
  }

  async rewrite(
    { bytes, value }: FrameOnWire,
    edits: readonly Edit[],
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    this.#asked += 1;
    const id = this.#asked;
    const { answer } = await this.#ask({ answer: "rewritten", id, reach: BEFORE }, signal, () =>
      this.#write({ type: "rewrite", id, b64: Buffer.from(bytes).toString("base64"), value, edits }),
    );
    assert(answer.type === "rewritten", "another answer than the one that was asked for");
    return answer.b64 === null ? undefined : new Uint8Array(Buffer.from(answer.b64, "base64"));
  }

  /** What it may say. */
  set role(role: Subject["role"]) {
    this.#answers.role = role;
  }

  /** While nobody asks it anything, it keeps nobody waiting. */
  set idle(idle: boolean) {
    if (idle) this.#vigil.end();
    this.#child.idle = idle;
  }

  /** The program is ended, and whoever waits for it hears of it. */
  end(): void {
    this.#broke("SUBJECT_CRASHED", "was ended");
  }

  /** `tell` writes the question, behind those that are still being written. */
  #ask(question: Question, signal: AbortSignal, tell: () => Promise<void> | void): Promise<Answered> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const answered = new Promise<Answered>((resolve, reject) => {
      this.#owed.push({ signal, resolve, reject });
    });
    this.#answers.ask(question);
    if (this.#owed.length === 1) this.#vigil.begin(signal);
    this.#telling = this.#telling
      .then(tell)
      .then(() => this.#flush())
      .catch((thrown: unknown) => this.#fail(thrown));
    return answered;
  }

  #settle(answered: Answered): void {
    this.#owed.shift()?.resolve(answered);
    const [next] = this.#owed;
    if (next === undefined) this.#vigil.rest();
    else this.#vigil.begin(next.signal);
  }

  #take(answered: Answered): void {
    const { answer } = answered;
    if (answer.type === "failed") {
      this.#said ??= answer;
      // What it logged before it said so stands in the other pipe already, and is read within a turn.
      void turn()
        .then(turn)
        .then(() => this.#broke("SUBJECT_CRASHED", "failed"));
      return;
    }
    if (answer.type === "snapshot") {
      this.#state += answer.state;
      if (this.#state.length > STATE_MAX) this.#broke("SUBJECT_CRASHED", `has a state of more than ${STATE_MAX} bytes`);
      if (answer.more === true) return;
    }
    this.#settle(answered);
  }

  /** What it said itself of its failure counts before what came of it. */
  #broke(code: "SUBJECT_CRASHED" | "SUBJECT_HUNG", problem: string): void {
    const { code: own = "SUBJECT_CRASHED", message, hint } = this.#said ?? {};
    this.#fail(
      message === undefined ? this.#error(code, `${this.#name} ${problem}`, hint) : this.#error(own, message, hint),
    );
  }

  #fail(failure: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    for (const owed of this.#owed.splice(0)) owed.reject(failure);
    this.#vigil.end();
    this.#child.kill();
  }

  #error(code: FieldtapeError["code"], message: string, hint: string | undefined): FieldtapeError {
    const { log } = this.#child;
    const words = [...(hint === undefined ? [] : [hint]), ...(log.length === 0 ? [] : ["its log ends with", ...log])];
    return new FieldtapeError(code, message, {
      ...(words.length === 0 ? {} : { hint: words.join("\n    ") }),
      ...(this.#file === undefined ? {} : { file: this.#file }),
    });
  }

  /** @throws FieldtapeError LIMIT_EXCEEDED for what is longer than a line */
  #write(message: object): void {
    const line = JSON.stringify(message);
    if (Buffer.byteLength(line) >= LINE_MAX)
      throw new FieldtapeError("LIMIT_EXCEEDED", `what ${this.#name} is to be told is longer than a line may be`);
    this.#encoder.appendLine(line);
  }

  async #flush(): Promise<void> {
    if (this.#encoder.length === 0) return;
    const bytes = this.#encoder.take();
    await this.#child.write(bytes, () => this.#encoder.reuse(bytes));
  }
}

function abiWords(name: string, abi: number): string {
  return `${name} was written for plug-in ABI ${abi}; this fieldtape has ABI ${PLUGIN_ABI}`;
}

/** What is an input, or tells of one. A record of a later version could be taken for a question. */
function isTold(record: TapeRecord): boolean {
  switch (record.type) {
    case "header":
    case "output":
    case "mark":
    case "block":
    case "unknown":
      return false;
    default:
      return true;
  }
}

function pieces(state: Uint8Array | undefined): readonly string[] {
  if (state === undefined) return [];
  const b64 = Buffer.from(state).toString("base64");
  return Array.from({ length: Math.ceil(b64.length / STATE_PIECE) }, (_, index) =>
    b64.slice(index * STATE_PIECE, (index + 1) * STATE_PIECE),
  );
}
