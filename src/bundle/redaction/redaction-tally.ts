import type { RedactionReport } from "./report.ts";

/** Counts what was redacted. */
export class RedactionTally {
  scrambled = 0;
  kept = 0;
  readonly #fields = new Map<string, { readonly machine: string; readonly path: string; values: number }>();
  readonly #secrets = new Map<string, number>();
  readonly #fillers = { count: 0, bytes: 0 };

  field(machine: string, path: string): void {
    const key = JSON.stringify([machine, path]);
    const counted = this.#fields.get(key) ?? { machine, path, values: 0 };
    counted.values += 1;
    this.#fields.set(key, counted);
  }

  secret(name: string, count = 1): void {
    this.#secrets.set(name, (this.#secrets.get(name) ?? 0) + count);
  }

  filler(bytes: number): void {
    this.#fillers.count += 1;
    this.#fillers.bytes += bytes;
  }

  /** In one order, whatever order they came in. */
  report(): Pick<RedactionReport, "fields" | "secrets" | "scrambled" | "kept" | "fillers"> {
    return {
      fields: [...this.#fields.entries()].toSorted(byName).map(([, { ...field }]) => field),
      secrets: [...this.#secrets.entries()].toSorted(byName).map(([name, count]) => ({ name, count })),
      scrambled: this.scrambled,
      kept: this.kept,
      fillers: { ...this.#fillers },
    };
  }
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
