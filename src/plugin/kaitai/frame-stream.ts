import runtime from "kaitai-struct";
import { FieldtapeError } from "../../errors.ts";

/** Its types say that the class is the default of a module; it is the module. */
export const KaitaiStream = runtime.KaitaiStream.default ?? runtime.KaitaiStream;

/** What reading a format throws when the bytes so far do not decide: it needs so many from the frame's beginning. */
export class NeedsMore extends Error {
  readonly needed: number;

  constructor(needed: number) {
    super(`needs ${needed} bytes`);
    this.needed = needed;
  }
}

/**
 * The bytes from where a frame begins, of a stream that goes on: what asks for more than there are waits, and what asks for its end asks
 * in vain. Parts of known size are ordinary Kaitai streams, in which too few bytes are an error of the format.
 */
export class FrameStream extends KaitaiStream {
  /** The last byte is known: a datagram. */
  readonly #ended: boolean;

  constructor(bytes: Uint8Array<ArrayBuffer>, ended: boolean) {
    super(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.#ended = ended;
  }

  override ensureBytesLeft(length: number): void {
    if (this.pos + length > this.size && !this.#ended) throw new NeedsMore(this.pos + length);
    super.ensureBytesLeft(length);
  }

  override isEof(): boolean {
    if (!this.#ended) throw endless();
    return super.isEof();
  }

  override readBytesFull(): Uint8Array {
    if (!this.#ended) throw endless();
    return super.readBytesFull();
  }

  override readBytesTerm(terminator: number, include: boolean, consume: boolean, eosError: boolean): Uint8Array {
    if (!this.#ended && !this.#rest().includes(terminator)) throw new NeedsMore(this.size + 1);
    return super.readBytesTerm(terminator, include, consume, eosError);
  }

  override readBytesTermMulti(
    terminator: Uint8Array,
    include: boolean,
    consume: boolean,
    eosError: boolean,
  ): Uint8Array {
    if (!this.#ended && !this.#holds(terminator)) throw new NeedsMore(this.size + 1);
    return super.readBytesTermMulti(terminator, include, consume, eosError);
  }

  #rest(): Uint8Array {
    return new Uint8Array(this.dataView.buffer, this.dataView.byteOffset + this.pos, this.size - this.pos);
  }

  /** Whether it stands at a multiple of its own length, as UTF-16 terminators do. */
  #holds(terminator: Uint8Array): boolean {
    const rest = this.#rest();
    for (let at = 0; at + terminator.length <= rest.length; at += terminator.length) {
      if (terminator.every((byte, index) => rest[at + index] === byte)) return true;
    }
    return false;
  }
}

function endless(): FieldtapeError {
  return new FieldtapeError(
    "SUBJECT_CRASHED",
    "the format reads to the end of its input, which a stream does not have",
    {
      hint: "give what the frame ends with a size or a terminator; to the end of a part that has a size is well",
    },
  );
}
