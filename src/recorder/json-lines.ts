import { Buffer } from "node:buffer";

/** Cuts a stream into lines and reads each as JSON. A line that is none, or is too long, is told as `undefined`. */
export class JsonLines {
  readonly #lengthMax: number;
  readonly #tell: (value: unknown) => void;
  #rest = Buffer.alloc(0);
  #skipping = false;

  constructor(lengthMax: number, tell: (value: unknown) => void) {
    this.#lengthMax = lengthMax;
    this.#tell = tell;
  }

  take(bytes: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (let end = this.#rest.indexOf(0x0a); end >= 0; end = this.#rest.indexOf(0x0a)) {
      const line = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end + 1);
      if (!this.#skipping && line.length > 0) this.#tell(line.length > this.#lengthMax ? undefined : parsed(line));
      this.#skipping = false;
    }
    if (this.#rest.length <= this.#lengthMax) return;
    if (!this.#skipping) this.#tell(undefined);
    this.#skipping = true;
    this.#rest = Buffer.alloc(0);
  }
}

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString("utf8"));
  } catch {
    return undefined;
  }
}
