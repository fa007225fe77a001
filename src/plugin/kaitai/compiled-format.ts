import { FieldtapeError } from "../../errors.ts";
import { type FrameStream, KaitaiStream } from "./frame-stream.ts";

/** A format as the Kaitai compiler gives it: JavaScript, by file name. */
export interface CompiledFormat {
  /** `meta/id` of the .ksy file. */
  readonly id: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Reads one frame: the parsed object, whose members are the format's. Throws what Kaitai throws. */
export type ReadFrame = (stream: FrameStream, dir: string) => object;

type Exports = Record<string, unknown>;

/**
 * Makes the compiled classes live. Their code is the compiler's own and reaches nothing but Kaitai's runtime.
 *
 * @throws FieldtapeError OPTIONS_INVALID for what is no such code
 */
export function liveFormat({ id, files }: CompiledFormat): ReadFrame {
  const made = new Map<string, Exports>();
  const load = (name: string): unknown => {
    if (name === "kaitai-struct/KaitaiStream") return KaitaiStream;
    const file = `${name.replace(/^\.\//, "")}.js`;
    const known = made.get(file);
    if (known !== undefined) return known;
    const source = files[file];
    if (source === undefined)
      throw new FieldtapeError("OPTIONS_INVALID", `the format needs ${name}, which is not there`);
    const exported: Exports = {};
    made.set(file, exported);
    new Function("exports", "require", "define", "self", source)(exported, load, undefined, undefined);
    return exported;
  };
  const name = className(id);
  load(name);
  const Format = made.get(`${name}.js`)?.[name];
  if (typeof Format !== "function")
    throw new FieldtapeError("OPTIONS_INVALID", `the compiled format has no class ${name}`);
  // The parent, the root, and a parameter for formats that declare one: the direction.
  return (stream, dir) => Reflect.construct(Format, [stream, null, null, dir]);
}

/** Kaitai: `modbus_tcp` becomes `ModbusTcp`. */
function className(id: string): string {
  return id
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
