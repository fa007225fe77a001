import { FieldtapeError } from "../errors.ts";
import type { Subject } from "../replayer/subject.ts";
import { LINE_MAX } from "../tape/limits.ts";
import type { RecordBatch, TapeRecord } from "../tape/record.ts";
import { type Nanos, nanos } from "../time/nanos.ts";
import { readTable, TABLE_START } from "./output-table.ts";
import { ANSWER_BYTES_MAX, ANSWERS_MAX, LOG_BYTES_MAX } from "./process-limits.ts";
import { protocolScanner } from "./protocol-scanner.ts";
import { type Answer, parseAnswer } from "./schema.ts";

/** What was asked. `reach`: what is said now is not said later than then. */
export interface Question {
  readonly answer: Answer["type"];
  readonly id: number;
  readonly reach: Nanos;
}

export interface AnswersListener {
  /** `said`: what was said since the answer before. */
  answered(answer: Answer, said: readonly TapeRecord[]): void;
  /** In words what the program did that it may not. */
  broke(problem: string): void;
}

const NOTHING_YET = nanos(0);
const UNASKED: Question = { answer: "alive", id: -1, reach: nanos(-1) };

/** Reads what a program answers, and holds it to the protocol and its limits: memory is bounded whatever comes. */
export class Answers {
  /** A participant may send. */
  role: Subject["role"] = "observer";
  readonly #listener: AnswersListener;
  #scanner = protocolScanner("its answer");
  /** In the order asked, which is the order of the answers. */
  #questions: Question[] = [];
  #said: TapeRecord[] = [];
  #at = NOTHING_YET;
  #bytes = 0;
  #logged = 0;

  constructor(listener: AnswersListener) {
    this.#listener = listener;
  }

  /** Whether it stopped in the middle of a line. */
  get torn(): boolean {
    return this.#scanner.facts().tornBytes > 0;
  }

  /** A new run: what was said before has no bearing on it. */
  begin(): void {
    this.#scanner = protocolScanner("its answer");
    this.#questions = [];
    this.#at = NOTHING_YET;
    this.#count();
  }

  ask(question: Question): void {
    this.#questions.push(question);
    if (this.#questions.length === 1) this.#count();
  }

  take(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    const problem = this.#bytes > ANSWER_BYTES_MAX ? flood(`${ANSWER_BYTES_MAX} bytes`) : this.#read(bytes);
    if (problem !== undefined) this.#listener.broke(problem);
  }

  countLog(bytes: number): void {
    this.#logged += bytes;
    if (this.#logged > LOG_BYTES_MAX) this.#listener.broke(`logged more than ${LOG_BYTES_MAX} bytes at once`);
  }

  #read(bytes: Uint8Array): string | undefined {
    let batches: readonly RecordBatch[];
    try {
      batches = this.#scanner.append(bytes);
    } catch (thrown) {
      if (!(thrown instanceof FieldtapeError)) throw thrown;
      return `answered with a line that is none: ${thrown.message}`;
    }
    if (this.#scanner.facts().tornBytes > LINE_MAX) return `answered with a line of more than ${LINE_MAX} bytes`;
    for (const { records } of batches) {
      for (const record of records) {
        const problem = this.#hear(record);
        if (problem !== undefined) return problem;
      }
    }
    return undefined;
  }

  #hear(record: TapeRecord): string | undefined {
    switch (record.type) {
      case "unknown":
        return record.json.startsWith(TABLE_START) ? this.#sayAll(record.json) : this.#answer(record.json);
      case "output":
        return this.#say(record);
      case "raw":
        if (this.role === "participant" && record.dir === "tx") return this.#say(record);
        return `is ${this.role === "observer" ? "an observer, which sends nothing" : "a participant, which sends tx only"}`;
      default:
        return `answered with a ${record.type} record`;
    }
  }

  #sayAll(table: string): string | undefined {
    const outputs = readTable(table);
    if (typeof outputs === "string") return meaningless(outputs);
    for (const output of outputs) {
      const problem = this.#say(output);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #say(record: TapeRecord & { readonly at: Nanos }): string | undefined {
    const { at } = record;
    if (at < this.#at) return `went back in time: it said something at ${at} ns after ${this.#at} ns`;
    if (at > (this.#questions[0] ?? UNASKED).reach) return `said something at ${at} ns, which has not come yet`;
    if (this.#said.length >= ANSWERS_MAX) return flood(`${ANSWERS_MAX} answers`);
    this.#at = at;
    this.#said.push(record);
    return undefined;
  }

  #answer(line: string): string | undefined {
    const answer = parseAnswer(line);
    if (typeof answer === "string") return meaningless(answer);
    const { type } = answer;
    if (type === "alive") return undefined;
    const { answer: expected, id } = this.#questions[0] ?? UNASKED;
    if (type !== "failed" && (type !== expected || ("id" in answer && answer.id !== id)))
      return `answered ${type} where ${expected === "alive" ? "nothing" : expected} was owed`;
    const said = this.#said;
    // Whoever cannot go on owes nothing more.
    if (type === "failed") this.#questions = [];
    else if (type !== "snapshot" || answer.more !== true) {
      this.#questions.shift();
      this.#count();
    }
    this.#listener.answered(answer, said);
    return undefined;
  }

  /** The limits are those of one answer. */
  #count(): void {
    this.#said = [];
    this.#bytes = 0;
    this.#logged = 0;
  }
}

function meaningless(problem: string): string {
  return `answered with a line that means nothing: ${problem}`;
}

function flood(what: string): string {
  return `said more than ${what} at once`;
}
