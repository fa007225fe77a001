import { fc } from "@fast-check/vitest";
import { GAP_CAUSES, LINK_CHANGES } from "../../src/bytes/channel.ts";
import type { ChainInput } from "../../src/machine/chain-plan.ts";
import { type Nanos, nanos } from "../../src/time/nanos.ts";

const utf8 = new TextEncoder();
const dir = fc.constantFrom("rx", "tx");
const channel = fc.nat({ max: 2 });
const pieces = fc.string({ unit: fc.constantFrom("a", "b", ";"), maxLength: 4 }).map((text) => utf8.encode(text));

/** Something that happens, some nanoseconds (often none) after what happened before it. */
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("raw"), channel, dir, bytes: pieces }) },
  {
    weight: 1,
    arbitrary: fc.record(
      { type: fc.constant("link"), channel, event: fc.constantFrom(...LINK_CHANGES), dir },
      { requiredKeys: ["type", "channel", "event"] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record(
      { type: fc.constant("gap"), channel, dir, cause: fc.constantFrom(...GAP_CAUSES) },
      { requiredKeys: ["type", "cause"] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("channel"), channel, kind: fc.constantFrom("stream", "datagram") }),
  },
);
const pause = fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 1, max: 12 }));

/** Tapes of a few channels on which nearly everything happens at the same time as something else. */
export const anyTape: fc.Arbitrary<readonly ChainInput[]> = fc
  .array(fc.tuple(pause, happening), { maxLength: 40 })
  .map((steps) => {
    let at = 0;
    return steps.map(([after, what]): ChainInput => {
      at += after;
      return Object.assign({}, what, { at: nanos(at) as Nanos }) as ChainInput;
    });
  });
