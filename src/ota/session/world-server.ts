import { createHash } from "node:crypto";
import { toBase64 } from "../../bytes/base64.ts";
import { millis, NANOS_PER_SECOND, type Nanos, nanos } from "../../time/nanos.ts";
import { CHUNK_BYTES } from "../transfer/download-plan.ts";
import type { TransferAnswer, TransferAsk } from "../transfer/transfer-ask.ts";
import type { WorldFault } from "./world-fault.ts";

const PIECE = 64 * 1024;
const LATENCY = millis(20);
/** What a server that gives nothing takes for a piece. */
const NEVER = nanos(Number.MAX_SAFE_INTEGER);

type HttpAsk = Extract<TransferAsk, { readonly port: "http" }>;

/** An answer, and how long it takes. */
export interface Served {
  readonly answer: TransferAnswer;
  readonly after: Nanos;
}

/** The repository's server: gives what it has, with ranges, as fast as it may. */
export class WorldServer {
  private readonly files: ReadonlyMap<string, Uint8Array>;
  private readonly faults: readonly WorldFault[];
  private open: { readonly bytes: Uint8Array; offset: number } | undefined;
  /** The piece that was read last. */
  piece = new Uint8Array();

  constructor(files: ReadonlyMap<string, Uint8Array>, faults: readonly WorldFault[]) {
    this.files = files;
    this.faults = faults;
  }

  answer(ask: HttpAsk, at: Nanos): Served {
    return ask.do === "request" ? this.request(ask) : this.read(ask, at);
  }

  /** The digests of the chunks that are whole once the last piece lies at `offset`. */
  chunks(offset: number, last: boolean): readonly string[] {
    const bytes = this.open?.bytes ?? this.piece;
    const end = offset + this.piece.length;
    const digests: string[] = [];
    for (let chunk = Math.floor(offset / CHUNK_BYTES); chunk * CHUNK_BYTES < end; chunk += 1) {
      const to = Math.min((chunk + 1) * CHUNK_BYTES, bytes.length);
      const whole = end >= (chunk + 1) * CHUNK_BYTES || (last && end >= to);
      if (whole)
        digests.push(
          createHash("sha256")
            .update(bytes.subarray(chunk * CHUNK_BYTES, to))
            .digest("hex"),
        );
    }
    return digests;
  }

  private request({ path, from = 0 }: Extract<HttpAsk, { readonly do: "request" }>): Served {
    const bytes = this.files.get(path);
    if (bytes === undefined) return { answer: { port: "http", head: { status: 404, headers: {} } }, after: LATENCY };
    this.open = { bytes, offset: from };
    const length = { "content-length": String(bytes.length - from) };
    const range = { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    const head = from > 0 ? { status: 206, headers: { ...length, ...range } } : { status: 200, headers: length };
    return { answer: { port: "http", head }, after: LATENCY };
  }

  private read({ kept }: Extract<HttpAsk, { readonly do: "read" }>, at: Nanos): Served {
    const { open } = this;
    if (open === undefined || open.offset >= open.bytes.length)
      return { answer: { port: "http", end: true }, after: millis(1) };
    this.piece = open.bytes.slice(open.offset, open.offset + PIECE);
    open.offset += this.piece.length;
    const bytes = kept ? { b64: toBase64(this.piece) } : {};
    return { answer: { port: "http", piece: this.piece.length, ...bytes }, after: this.timeFor(this.piece.length, at) };
  }

  private timeFor(length: number, at: Nanos): Nanos {
    const slow = this.faults.find((one) => one.fault === "slow-server" && (one.at ?? 0) <= at);
    if (slow?.fault !== "slow-server") return millis(1);
    if (slow.bytesPerSecond === 0) return NEVER;
    return nanos(Math.ceil((length * NANOS_PER_SECOND) / slow.bytesPerSecond));
  }
}
