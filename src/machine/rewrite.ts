import type { Json, JsonObject } from "../bytes/json.ts";
import { ZERO } from "../time/nanos.ts";
import type { FramerPart } from "./chain-plan.ts";
import type { Edit, Frame, FrameOnWire, FramerInput, FramerOutput } from "./machine.ts";

/**
 * The bytes of `frame` after `edits`, with lengths and checks that are right again; without edits the same bytes. `undefined`: the
 * framer has no frame that says that, or cannot re-encode at all.
 *
 * Whatever the framer's encoder gives is proven: decoded anew it must be one frame and nothing else, which says what the edits say.
 */
export function rewriteFrame(
  { machine, options }: FramerPart,
  frame: FrameOnWire,
  edits: readonly Edit[],
): Uint8Array | undefined {
  if (edits.length === 0) return frame.bytes;
  let edited: Json | undefined = frame.value;
  for (const { path, value } of edits) edited = edited === undefined ? undefined : replaced(edited, path, value);
  if (edited === undefined || !isFrame(edited)) return undefined;
  const bytes = machine.reencode?.(frame, edited, options);
  if (bytes === undefined) return undefined;
  const decoded = decodeAlone({ machine, options }, bytes, frame.value.dir);
  const proven = edits.every(({ path }) => isSame(valueAt(decoded, path), valueAt(edited, path)));
  return decoded !== undefined && proven ? bytes : undefined;
}

/** The frame that fills `bytes`, if they are exactly one: as a datagram, behind which nothing comes. */
function decodeAlone(
  { machine, options }: Pick<FramerPart, "machine" | "options">,
  bytes: Uint8Array,
  dir: Frame["dir"],
): Frame | undefined {
  let state = machine.initial({ options, dir, kind: "datagram" });
  const outputs: FramerOutput[] = [];
  const inputs: readonly FramerInput[] = [{ type: "bytes", bytes: bytes.slice() }, { type: "boundary" }];
  for (const input of inputs) {
    const step = machine.step(state, input, ZERO);
    state = step.state;
    outputs.push(...step.outputs);
  }
  const [only] = outputs;
  if (outputs.length !== 1 || only?.type !== "frame") return undefined;
  return only.span[0] === 0 && only.span[1] === bytes.length && isFrame(only) ? only : undefined;
}

function isFrame(value: Json): value is Frame {
  return isObject(value) && value["type"] === "frame";
}

/** A copy of `whole` with `value` at `path`; `undefined` if there is no such place in it. */
function replaced(whole: Json, path: Edit["path"], value: Json): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const part = valueAt(whole, [step]);
  const inside = part === undefined ? undefined : replaced(part, rest, value);
  if (inside === undefined) return undefined;
  if (isList(whole)) return whole.map((item, index) => (index === step ? inside : item));
  return isObject(whole) ? { ...whole, [step]: inside } : undefined;
}

function valueAt(whole: Json | undefined, path: Edit["path"]): Json | undefined {
  let value = whole;
  for (const step of path) {
    if (isList(value)) value = typeof step === "number" ? value[step] : undefined;
    else if (isObject(value)) value = Object.hasOwn(value, step) ? value[step] : undefined;
    else return undefined;
  }
  return value;
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (isList(one)) {
    return isList(other) && one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  }
  if (!isObject(one)) return one === other;
  const keys = Object.keys(one);
  return (
    isObject(other) && keys.length === Object.keys(other).length && keys.every((key) => isSame(one[key], other[key]))
  );
}

/** `Array.isArray` narrows a readonly list to `any[]`; this keeps its type. */
function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}
