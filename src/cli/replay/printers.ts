import { OutputLines } from "../../replayer/output-lines.ts";
import type { TapeRecord } from "../../tape/record.ts";
import { type LineOptions, ReplayLines } from "../reporters/replay-lines.ts";
import type { Portion } from "./round.ts";

/** Shows what comes out, as it comes. */
export interface Printer {
  take(portion: Portion): Promise<void>;
  /** Everything taken so far is shown. */
  flush(): Promise<void>;
}

export type Print = (text: string | Uint8Array) => Promise<void>;

/** Fewer, larger writes; on a clock every portion is shown at once. */
const FLUSH_BYTES = 64 * 1024;

/** NDJSON: canonical lines of what the subject said, and nothing else. */
export class JsonPrinter implements Printer {
  readonly #lines = new OutputLines();
  readonly #print: Print;
  readonly #atOnce: boolean;

  constructor(print: Print, options: { readonly atOnce: boolean }) {
    this.#print = print;
    this.#atOnce = options.atOnce;
  }

  async take({ outputs }: Portion): Promise<void> {
    for (const record of outputs) {
      if (record.type !== "output" && record.type !== "raw") continue;
      this.#lines.append(record);
      if (this.#lines.length >= FLUSH_BYTES) await this.flush();
    }
    if (this.#atOnce) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#lines.length > 0) await this.#print(this.#lines.take());
  }
}

/** A line for people for each frame, fault, state and piece of sent bytes. */
export class TextPrinter implements Printer {
  readonly #lines: ReplayLines;
  readonly #print: Print;
  readonly #atOnce: boolean;
  #text = "";

  constructor(print: Print, options: LineOptions & { readonly atOnce: boolean }) {
    this.#lines = new ReplayLines(options);
    this.#print = print;
    this.#atOnce = options.atOnce;
  }

  async take({ records }: Portion): Promise<void> {
    for (const record of records) {
      if (record.type === "channel") this.#lines.learn(record);
      else this.#text += `${this.#lines.line(record)}\n`;
      if (this.#text.length >= FLUSH_BYTES) await this.flush();
    }
    if (this.#atOnce) await this.flush();
  }

  async flush(): Promise<void> {
    const text = this.#text;
    this.#text = "";
    if (text !== "") await this.#print(text);
  }

  /** A record of the tape itself, where it is shown too. */
  async show(record: TapeRecord): Promise<void> {
    this.#text += `${this.#lines.line(record)}\n`;
    await this.flush();
  }
}
