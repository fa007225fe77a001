import { createHash, type Hash } from "node:crypto";
import { toBase64 } from "../../bytes/base64.ts";
import { isText } from "../../bytes/utf8.ts";
import { assert } from "../../errors.ts";
import { type DurableFs, performAll } from "../update/durable-fs.ts";
import { CHUNK_BYTES } from "./download-plan.ts";
import type { TransferAnswer, TransferAsk } from "./transfer-ask.ts";
import { type Transport, TransportTrouble } from "./transport.ts";

export interface TransferWorld {
  readonly transport: Transport;
  readonly disk: DurableFs;
  /** A whole number from 0 to 2³²−1. */
  readonly draw: () => number;
}

interface OpenResponse {
  readonly request: number;
  readonly pieces: AsyncIterator<Uint8Array>;
  readonly hangUp: AbortController;
}

/** The chunk of a file that is being written. */
interface OpenChunk {
  readonly path: string;
  readonly offset: number;
  readonly hash: Hash;
}

/** The world as a transfer reaches it. Holds one response and one piece of it at a time: memory does not grow with the payload. */
export class TransferPorts {
  private readonly world: TransferWorld;
  private response: OpenResponse | undefined;
  private piece: Uint8Array | undefined;
  private chunk: OpenChunk | undefined;

  constructor(world: TransferWorld) {
    this.world = world;
  }

  /** Rejects with the signal's reason, or for a bug: whatever the world does is an answer. */
  async answer(ask: TransferAsk, signal: AbortSignal): Promise<TransferAnswer> {
    switch (ask.port) {
      case "disk":
        return { port: "disk", answers: await performAll(this.world.disk, ask.operations, signal) };
      case "chance":
        return { port: "chance", draw: this.world.draw() };
      case "store":
        return this.store(ask, signal);
      default:
        return ask.do === "request" ? this.request(ask, signal) : this.read(ask, signal);
    }
  }

  /** Closes the connection of that request. */
  hangUp(request: number): void {
    if (this.response?.request !== request) return;
    this.response.hangUp.abort();
    void this.response.pieces.return?.().catch(() => undefined);
    this.response = undefined;
  }

  private async request(
    { request, path, from, ifRange }: Extract<TransferAsk, { readonly do: "request" }>,
    signal: AbortSignal,
  ): Promise<TransferAnswer> {
    if (this.response !== undefined) this.hangUp(this.response.request);
    const hangUp = new AbortController();
    const abort = (): void => hangUp.abort();
    signal.addEventListener("abort", abort, { once: true });
    try {
      const { head, body } = await this.world.transport.get(
        { path, ...(from === undefined ? {} : { from }), ...(ifRange === undefined ? {} : { ifRange }) },
        hangUp.signal,
      );
      this.response = { request, pieces: body[Symbol.asyncIterator](), hangUp };
      return { port: "http", head };
    } catch (thrown) {
      signal.throwIfAborted();
      return broken(thrown);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  private async read(
    { request, kept }: Extract<TransferAsk, { readonly do: "read" }>,
    signal: AbortSignal,
  ): Promise<TransferAnswer> {
    assert(this.response?.request === request, `request ${request} is not open`);
    const { pieces, hangUp } = this.response;
    const abort = (): void => hangUp.abort();
    signal.addEventListener("abort", abort, { once: true });
    try {
      const { done, value } = await pieces.next();
      if (done === true) {
        this.response = undefined;
        return { port: "http", end: true };
      }
      this.piece = value;
      return { port: "http", piece: value.length, ...(kept ? payload(value) : {}) };
    } catch (thrown) {
      this.response = undefined;
      signal.throwIfAborted();
      return broken(thrown);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  private async store(
    { path, offset, length, last }: Extract<TransferAsk, { readonly port: "store" }>,
    signal: AbortSignal,
  ): Promise<TransferAnswer> {
    const { piece } = this;
    assert(piece?.length === length, "what is stored is not what was read");
    const written = await this.world.disk.perform({ do: "write", path, offset, bytes: piece }, signal);
    if ("failed" in written) return { port: "store", failed: written.failed };
    return { port: "store", chunks: this.digests(path, { offset, bytes: piece, last }) };
  }

  /** Digests of the chunks that these bytes make whole. */
  private digests(
    path: string,
    { offset, bytes, last }: { offset: number; bytes: Uint8Array; last: boolean },
  ): string[] {
    const digests: string[] = [];
    for (let done = 0; done < bytes.length; ) {
      const at = offset + done;
      const size = Math.min(bytes.length - done, CHUNK_BYTES - (at % CHUNK_BYTES));
      const { hash } = this.chunkAt(path, at);
      hash.update(bytes.subarray(done, done + size));
      done += size;
      const whole = (at + size) % CHUNK_BYTES === 0 || (last && done === bytes.length);
      if (whole) digests.push(hash.digest("hex"));
      this.chunk = whole ? undefined : { path, offset: at + size, hash };
    }
    return digests;
  }

  private chunkAt(path: string, offset: number): OpenChunk {
    const { chunk } = this;
    if (chunk !== undefined && chunk.path === path && chunk.offset === offset) return chunk;
    assert(offset % CHUNK_BYTES === 0, "a chunk is begun in its middle");
    return { path, offset, hash: createHash("sha256") };
  }
}

function broken(thrown: unknown): TransferAnswer {
  if (!(thrown instanceof TransportTrouble)) throw thrown;
  return { port: "http", broken: thrown.trouble, detail: thrown.message.slice(0, 500) };
}

/** As a tape has it: text where it is text, so that it can be read. */
function payload(bytes: Uint8Array): { readonly text: string } | { readonly b64: string } {
  return isText(bytes, 0, bytes.length)
    ? { text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) }
    : { b64: toBase64(bytes) };
}
