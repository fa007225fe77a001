import type { Json, JsonObject } from "../../bytes/json.ts";
import { ELAPSED, type Elapsed } from "../../machine/machine.ts";
import { untimelyElapsed } from "../../machine/recorded-input.ts";
import type { OutputRecord } from "../../tape/record.ts";
import { type Nanos, nanos } from "../../time/nanos.ts";
import { askKey } from "./ask-key.ts";
import { begunSession } from "./begun-session.ts";
import { InputJoiner } from "./input-joiner.ts";
import type { RecordedInput, SessionBegin } from "./schema.ts";
import { outputValue } from "./session-record.ts";
import type { SessionAnswer, SessionInput } from "./session-talk.ts";
import type { SessionState, UpdateSession } from "./update-session.ts";
import { UPDATER } from "./updater-name.ts";

/**
 * Plays a recorded session into the updater as it is today. A recorded answer goes to the ask that wants it, known by what the ask is
 * about; one that comes before it is wanted waits. What is never answered is said at the end, with the answer that nobody wanted.
 */
export class ReplaySession {
  private readonly joiner = new InputJoiner();
  private machine: UpdateSession | undefined;
  private state: SessionState | undefined;
  private open: { readonly ask: number; readonly key: string } | undefined;
  private over = false;
  private readonly waiting: { readonly key: string; readonly answer: SessionAnswer }[] = [];
  private said: OutputRecord[] = [];

  /** When the updater next wants to hear that time has passed. */
  get deadline(): Nanos | undefined {
    return this.state === undefined || this.over ? undefined : this.machine?.deadline(this.state);
  }

  take(): readonly OutputRecord[] {
    const { said } = this;
    this.said = [];
    return said;
  }

  hear(value: Json, at: Nanos): void {
    const input = this.joiner.take(value);
    if (input === undefined) return;
    if (input.type === "begin") this.begin(input, at);
    else if (input.type === "answer") this.answered(input, at);
    else if (input.type === "elapsed") this.elapsed(at);
    else this.step(input, at);
  }

  /** Lets deadlines until then fire by themselves. */
  elapse(until: number): void {
    for (let due = this.deadline; due !== undefined && due <= until; due = this.deadline) this.step(ELAPSED, due);
  }

  /** The tape is over. */
  end(at: Nanos): void {
    const { open, waiting } = this;
    if (open === undefined || this.over) return;
    this.over = true;
    this.say(at, { type: "unanswered", asked: open.key, recorded: waiting[0]?.key ?? null });
  }

  private begin(input: SessionBegin, at: Nanos): void {
    const { machine, config } = begunSession(input);
    this.machine = machine;
    this.state = machine.initial(config);
    this.over = false;
    this.open = undefined;
    this.step({ type: "begin" }, at);
  }

  private answered({ to, answer }: Extract<RecordedInput, { readonly type: "answer" }>, at: Nanos): void {
    this.waiting.push({ key: to, answer: readAnswer(answer) });
    this.settle(at);
  }

  private elapsed(at: Nanos): void {
    const fault = untimelyElapsed(this.deadline, at);
    if (fault === undefined) this.step(ELAPSED, at);
    else this.say(at, fault);
  }

  /** Gives the open ask its answer, for as long as there is one. */
  private settle(at: Nanos): void {
    for (;;) {
      const { open, waiting } = this;
      const index = open === undefined ? -1 : waiting.findIndex(({ key }) => key === open.key);
      const found = waiting[index];
      if (open === undefined || found === undefined) return;
      waiting.splice(index, 1);
      this.open = undefined;
      this.stepOnce({ type: "answer", ask: open.ask, answer: found.answer }, at);
    }
  }

  private step(input: SessionInput | Elapsed, at: Nanos): void {
    this.stepOnce(input, at);
    this.settle(at);
  }

  private stepOnce(input: SessionInput | Elapsed, at: Nanos): void {
    if (this.machine === undefined || this.state === undefined || this.over) return;
    const { state, outputs } = this.machine.step(this.state, input, at);
    this.state = state;
    for (const output of outputs) {
      this.say(at, outputValue(output));
      if (output.type === "ask") this.open = { ask: output.ask, key: askKey(output.of) };
      else if (output.type === "withdraw" && this.open?.ask === output.ask) this.open = undefined;
      else if (output.type === "end") this.over = true;
    }
  }

  private say(at: Nanos, value: JsonObject): void {
    this.said.push({ type: "output", at: nanos(at), machine: UPDATER, value });
  }
}

/** As the machine has it: what is not there on the tape is `undefined`. */
function readAnswer(answer: Extract<RecordedInput, { readonly type: "answer" }>["answer"]): SessionAnswer {
  if (answer.port !== "disk") return answer;
  return {
    port: "disk",
    answers: answer.answers.map((one) => {
      if ("failed" in one) return one;
      if (one.ok === "text") return { ok: "text", text: one.text };
      return one.ok === "digest" ? { ok: "digest", digest: one.digest } : one;
    }),
  };
}
