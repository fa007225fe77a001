import type { Dir } from "../../bytes/channel.ts";

/**
 * Turns the bytes of foreign files into records, which it puts into its `RecordSink`. It is fed and knows nothing of where the
 * bytes come from; any cutting into chunks gives the same records. Several files continue one another.
 */
export interface Decoder {
  beginFile(name: string): void;
  /**
   * The chunk is not changed afterwards: records may point into it.
   *
   * @throws FieldtapeError INPUT_MALFORMED, with the offset or the line. What came before stands.
   */
  push(chunk: Uint8Array): void;
  endFile(): void;
  /** Nothing more comes. */
  end(): void;
}

/** What the user says about the input, where the input does not say it itself. */
export interface DecoderOptions {
  /** Captures: only conversations with one of these ports are followed; none named: all. */
  readonly ports: ReadonlySet<number>;
  /** Raw bytes and plain hex: which way they went. */
  readonly dir: Dir;
  /** Raw bytes: bits a second on the line, at 10 bits a byte; absent: everything at once. */
  readonly baud?: number;
  /** Raw bytes: how many one read returns. */
  readonly chunk: number;
  /** Texts whose dates have no zone: this one, as `Z` or `+02:00`. */
  readonly zone?: string;
}
