import { expect } from "vitest";
import type { ChannelKind, Dir, GapCause, LinkChange } from "../../src/bytes/channel.ts";
import { fromHex } from "../../src/bytes/hex.ts";
import { ELAPSED, type Framer, type FramerInput, type FramerOutput } from "../../src/machine/machine.ts";
import { millis } from "../../src/time/nanos.ts";

/**
 * A framer's test as a transcript: `hears(lines, options).gets("a\nb").says({ text: "a" }).ends().says({ fault: "unfinished" })`.
 * `says` compares everything said since the last `says`; it looks only at the members that it is given.
 */
export interface Transcript {
  /** Milliseconds at which what follows happens. */
  at(milliseconds: number): Transcript;
  /** Text as UTF-8, or bytes. Hex is written with `hex("68 01")`. */
  gets(...chunks: (string | Uint8Array)[]): Transcript;
  /** One datagram: its bytes, then its boundary. */
  datagram(bytes: string | Uint8Array): Transcript;
  gap(cause?: GapCause): Transcript;
  link(change: LinkChange): Transcript;
  elapses(): Transcript;
  ends(): Transcript;
  says(...expected: object[]): Transcript;
  /** When the framer next wants to be told that time has passed, in milliseconds. */
  wakes(milliseconds: number | undefined): Transcript;
}

export function hears<Options>(
  framer: Framer<Options>,
  options: Options,
  where: { readonly dir?: Dir; readonly kind?: ChannelKind } = {},
): Transcript {
  let state = framer.initial({ options, dir: where.dir ?? "rx", kind: where.kind ?? "stream" });
  let now = millis(0);
  let said: FramerOutput[] = [];
  const step = (input: FramerInput | typeof ELAPSED) => {
    const result = framer.step(state, input, now);
    state = result.state;
    said.push(...result.outputs);
    return transcript;
  };
  const transcript: Transcript = {
    at(milliseconds) {
      now = millis(milliseconds);
      return transcript;
    },
    gets(...chunks) {
      for (const chunk of chunks) step({ type: "bytes", bytes: wire(chunk) });
      return transcript;
    },
    datagram(bytes) {
      step({ type: "bytes", bytes: wire(bytes) });
      return step({ type: "boundary" });
    },
    gap: (cause = "overrun") => step({ type: "gap", cause }),
    link: (change) => step({ type: "link", change }),
    elapses: () => step(ELAPSED),
    ends: () => step({ type: "end" }),
    says(...expected) {
      const heard = said;
      said = [];
      expect(heard, JSON.stringify(heard)).toHaveLength(expected.length);
      expect(heard).toMatchObject(expected);
      return transcript;
    },
    wakes(milliseconds) {
      expect(framer.deadline(state)).toBe(milliseconds === undefined ? undefined : millis(milliseconds));
      return transcript;
    },
  };
  return transcript;
}

/** Text as UTF-8; bytes as a copy, so that a test may use them again. */
function wire(chunk: string | Uint8Array): Uint8Array {
  return typeof chunk === "string" ? new TextEncoder().encode(chunk) : Uint8Array.from(chunk);
}

/** Bytes from hex, blanks allowed. */
export function hex(digits: string): Uint8Array {
  const bytes = fromHex(digits);
  if (bytes === undefined) throw new Error(`not hex: ${digits}`);
  return bytes;
}
