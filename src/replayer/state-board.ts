import type { OutputRecord, TapeRecord } from "../tape/record.ts";

/** More machines and channels than anyone looks at. */
const SHOWN_MAX = 256;

/** What each machine said last about its state, by machine and channel: the board that a person looks at. */
export class StateBoard {
  readonly #said = new Map<string, OutputRecord>();

  constructor(said: readonly OutputRecord[] = []) {
    this.take(said);
  }

  take(outputs: readonly TapeRecord[]): void {
    for (const output of outputs) {
      if (output.type !== "output" || !isState(output)) continue;
      const name = `${output.machine}/${output.channel ?? ""}`;
      // What changed last stands last, and what did not change for longest makes room.
      this.#said.delete(name);
      this.#said.set(name, output);
      const [oldest] = this.#said.keys();
      if (this.#said.size > SHOWN_MAX && oldest !== undefined) this.#said.delete(oldest);
    }
  }

  get said(): readonly OutputRecord[] {
    return [...this.#said.values()];
  }
}

function isState({ value }: OutputRecord): boolean {
  return typeof value === "object" && value !== null && "type" in value && value.type === "state";
}
