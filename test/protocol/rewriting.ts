import { expect } from "vitest";
import type { Dir } from "../../src/bytes/channel.ts";
import type { Json } from "../../src/bytes/json.ts";
import { framerPart } from "../../src/machine/chain-plan.ts";
import type { Edit, Frame, Framer, FramerOutput } from "../../src/machine/machine.ts";
import { rewriteFrame } from "../../src/machine/rewrite.ts";
import { ZERO } from "../../src/time/nanos.ts";

/** A framer that re-encodes one frame after the other. */
export function rewriting<Options, S>(framer: Framer<Options, S>, options: Options, dir: Dir = "rx") {
  const decode = (bytes: Uint8Array): readonly FramerOutput[] => {
    const state = framer.initial({ options, dir, kind: "stream" });
    const first = framer.step(state, { type: "bytes", bytes: bytes.slice() }, ZERO);
    return [...first.outputs, ...framer.step(first.state, { type: "end" }, ZERO).outputs];
  };
  const only = (bytes: Uint8Array): Frame => {
    const outputs = decode(bytes);
    expect(outputs, JSON.stringify(outputs)).toMatchObject([{ type: "frame", span: [0, bytes.length] }]);
    return outputs[0] as Frame;
  };
  const rewrite = (bytes: Uint8Array, edits: readonly Edit[]) =>
    rewriteFrame(framerPart(framer, options), { bytes, value: only(bytes) }, edits);
  return {
    only,
    rewrite,
    /** The bytes that say `value` at `path` instead, after proof that they are one frame that says so. */
    says(bytes: Uint8Array, path: Edit["path"], value: Json): Uint8Array {
      const edited = rewrite(bytes, [{ path, value }]);
      if (edited === undefined) throw new Error(`cannot say ${path.join(".")} = ${JSON.stringify(value)}`);
      expect(at(only(edited), path)).toEqual(value);
      return edited;
    },
    /** Nothing changes when nothing is edited, or edited into what it is. */
    keeps(bytes: Uint8Array, path: Edit["path"]): void {
      expect(rewrite(bytes, [])).toEqual(bytes);
      expect(rewrite(bytes, [{ path, value: at(only(bytes), path) }])).toEqual(bytes);
    },
    refuses(bytes: Uint8Array, path: Edit["path"], value: Json): void {
      expect(rewrite(bytes, [{ path, value }])).toBeUndefined();
    },
  };
}

function at(value: Json, path: Edit["path"]): Json {
  let found: unknown = value;
  for (const step of path) found = (found as Record<string | number, unknown>)[step];
  return found as Json;
}
