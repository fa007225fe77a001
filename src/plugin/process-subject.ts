import { assert, FieldtapeError } from "../errors.ts";
import type { Edit, FrameOnWire } from "../machine/machine.ts";
import { refusePortFaults } from "../replayer/machine-subject.ts";
import type { Advanced, OpenOptions, Subject, SubjectRun } from "../replayer/subject.ts";
import type { TapeRecord } from "../tape/record.ts";
import { type Nanos, nanos } from "../time/nanos.ts";
import { Conversation, type ConversationOptions } from "./conversation.ts";
import type { Ready } from "./schema.ts";

export interface ProcessSubjectOptions extends Omit<ConversationOptions, "command"> {
  readonly role: Subject["role"];
  /** The command that starts it, held as well as this system can. */
  readonly command: () => Promise<ConversationOptions["command"]>;
}

/** While it works at some of them, the answers to others are read. More at once would only live longer in both heaps. */
const AT_ONCE = 768;
/** A frame of each byte would still be below the limit on answers. */
const PORTION_BYTES = 96 * 1024;
/** Programs that have finished a run and take another one: as many as there may be runs at once. */
const IDLE_MAX = 4;

/** A program in another process as a subject. */
export class ProcessSubject implements Subject {
  readonly name: string;
  readonly role: Subject["role"];
  readonly atOnce = AT_ONCE;
  readonly #options: ProcessSubjectOptions;
  #idle: Conversation[] = [];
  /** How often its code has changed: a program that was begun before is not used again. */
  #generation = 0;

  constructor(options: ProcessSubjectOptions) {
    this.name = options.name;
    this.role = options.role;
    this.#options = options;
  }

  /**
   * One that says its role itself, asked with these settings.
   *
   * @throws FieldtapeError what opening it throws
   */
  static async asked(options: Omit<ProcessSubjectOptions, "role">, opening: OpenOptions): Promise<ProcessSubject> {
    const conversation = await begin(options);
    const ready = await conversation.open(opening, new AbortController().signal);
    const subject = new ProcessSubject({ ...options, role: ready.role ?? "observer" });
    subject.#release(conversation, ready, subject.#generation);
    return subject;
  }

  async open(options: OpenOptions): Promise<SubjectRun> {
    refusePortFaults(this.name, options.faults);
    const generation = this.#generation;
    const conversation = this.#takeIdle() ?? (await begin(this.#options));
    conversation.idle = false;
    try {
      const ready = await conversation.open(options, new AbortController().signal);
      if (ready.role !== undefined && ready.role !== this.role) throw otherRole(this, ready.role);
      conversation.role = this.role;
      return new ProcessRun(conversation, ready, () => this.#release(conversation, ready, generation));
    } catch (thrown) {
      conversation.end();
      throw thrown;
    }
  }

  renew(): void {
    this.#generation += 1;
    for (const conversation of this.#idle) conversation.end();
    this.#idle = [];
  }

  #takeIdle(): Conversation | undefined {
    for (let one = this.#idle.pop(); one !== undefined; one = this.#idle.pop()) if (one.alive) return one;
    return undefined;
  }

  #release(conversation: Conversation, { again }: Ready, generation: number): void {
    // A run may be left while it is at work.
    const isOfUse = again === true && conversation.alive && !conversation.busy && generation === this.#generation;
    if (isOfUse && this.#idle.length < IDLE_MAX) {
      conversation.idle = true;
      this.#idle.push(conversation);
    } else conversation.end();
  }
}

/** Starts a program and talks to it. */
async function begin({ command, ...options }: Omit<ProcessSubjectOptions, "role">): Promise<Conversation> {
  return new Conversation({ ...options, command: await command() });
}

class ProcessRun implements SubjectRun {
  readonly #conversation: Conversation;
  readonly #release: () => void;
  /** The last one that was given: what has none of its own ends with it. */
  #signal = new AbortController().signal;
  #released = false;
  readonly snapshot?: NonNullable<SubjectRun["snapshot"]>;
  readonly rewrite?: NonNullable<SubjectRun["rewrite"]>;

  constructor(conversation: Conversation, { snapshots, rewrites }: Ready, release: () => void) {
    this.#conversation = conversation;
    this.#release = release;
    if (snapshots === true) this.snapshot = () => conversation.snapshot(this.#signal);
    if (rewrites === true)
      this.rewrite = (frame: FrameOnWire, edits: readonly Edit[]) => conversation.rewrite(frame, edits, this.#signal);
  }

  async advance(records: readonly TapeRecord[], until: Nanos, signal: AbortSignal): Promise<Advanced> {
    signal.throwIfAborted();
    this.#signal = signal;
    const answers: Promise<Advanced>[] = [];
    for (let start = 0; start < records.length || answers.length === 0; ) {
      const end = portionEnd(records, start);
      const next = records[end];
      // ADR 0001: more of this instant may be to come.
      const reached = next === undefined || next.type === "header" ? until : nanos(next.at - 1);
      const portion = start === 0 && next === undefined ? records : records.slice(start, end);
      answers.push(this.#conversation.advance(portion, reached, signal));
      start = end;
    }
    const [first, ...others] = await Promise.all(answers);
    assert(first !== undefined, "an advance without an answer");
    if (others.length === 0) return first;
    return { outputs: [first, ...others].flatMap(({ outputs }) => outputs), deadline: others.at(-1)?.deadline };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    this.#release();
  }
}

/** Behind the last record that is told at once: what they say stays below the limit on answers, unless frames are empty. */
function portionEnd(records: readonly TapeRecord[], start: number): number {
  let bytes = 0;
  for (let index = start; index < records.length; index += 1) {
    const record = records[index];
    if (record?.type === "raw") bytes += record.bytes.length;
    if (bytes > PORTION_BYTES && index > start) return index;
  }
  return records.length;
}

function otherRole({ name, role }: Subject, said: Subject["role"]): FieldtapeError {
  return new FieldtapeError("OPTIONS_INVALID", `${name} says that it is a ${said}, and is configured as ${role}`, {
    hint: 'say "role" in the configuration',
  });
}
