import type { Dir } from "../../bytes/channel.ts";
import type { RecordSink } from "./record-sink.ts";

/** The one channel of files that say nothing about channels or directions; of several files it is the first one's. */
export class SingleChannel {
  readonly #records: RecordSink;
  readonly #dir: Dir;
  #channel: number | undefined;

  constructor(records: RecordSink, { dir }: { readonly dir: Dir }) {
    this.#records = records;
    this.#dir = dir;
  }

  beginFile(name: string): void {
    this.#channel ??= this.#records.channel({ name, kind: "stream", source: `file:${name}` });
  }

  read(bytes: Uint8Array): void {
    this.#records.found++;
    if (bytes.length > 0 && this.#channel !== undefined) this.#records.raw(this.#channel, this.#dir, bytes);
  }
}
