import type { Readable } from "node:stream";
import type { Dir } from "../bytes/channel.ts";
import { FieldtapeError } from "../errors.ts";
import type { Arrivals } from "./arrivals.ts";
import { Holding } from "./holding.ts";
import type { Source, SourceEnd, WhenCrowded } from "./source.ts";
import { reasonOf } from "./tcp.ts";
import { Wire } from "./wire.ts";

export interface StandardInputOptions {
  readonly stream: Readable;
  readonly name: string;
  /** Which way the bytes go that are piped in. */
  readonly dir: Dir;
  /** A pipe can wait without harm, so it usually should. */
  readonly whenCrowded: WhenCrowded;
}

/** Records raw bytes from a pipe or a file until it ends. */
export function openStandardInput(arrivals: Arrivals, options: StandardInputOptions): Source {
  const { stream, name, dir, whenCrowded } = options;
  const wire = new Wire(arrivals, { name, kind: "stream", source: "stdin", settings: { role: "pipe" } });
  const holding = new Holding(stream);
  let stopped = false;
  wire.opened();
  const ended = new Promise<SourceEnd>((resolve) => {
    stream.on("data", (bytes: Uint8Array) => {
      wire.raw(dir, bytes);
      holding.waitFor(arrivals, whenCrowded);
    });
    stream.once("end", () => {
      wire.ended("close");
      resolve({ reason: "eof" });
    });
    stream.once("error", (cause) => {
      wire.ended("lost", { dir, reason: reasonOf(cause) });
      resolve({ reason: "link-lost", error: new FieldtapeError("LINK_LOST", "cannot read standard input", { cause }) });
    });
    stream.once("close", () => {
      wire.ended("close", stopped ? { reason: "stop" } : {});
      resolve({ reason: "stop" });
    });
  });
  return {
    description: "standard input",
    name: "stdin",
    notes: [],
    ended,
    async close() {
      stopped = true;
      holding.stop();
      stream.destroy();
      wire.ended("close", { reason: "stop" });
      await ended;
    },
  };
}
