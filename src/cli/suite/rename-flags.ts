import type { Json } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import type { Rename } from "../../scenarios/goldens/rename.ts";
import { compilePredicate } from "../../tape/predicate.ts";

export interface RenameFlags {
  readonly field: string | undefined;
  readonly type: string | undefined;
  readonly value: string | undefined;
  readonly where: string | undefined;
}

/** @throws FieldtapeError USAGE unless it is exactly one rename; PREDICATE_INVALID */
export function parseRename({ field, type, value, where }: RenameFlags): Rename {
  if (where !== undefined) compilePredicate(where);
  const narrowed = where === undefined ? {} : { where };
  if ([field, type, value].filter((flag) => flag !== undefined).length !== 1) {
    throw new FieldtapeError("USAGE", "say what is renamed, with one of --field, --type and --value");
  }
  if (field !== undefined) {
    const [path, to] = halves(field, "=", "--field");
    return { kind: "field", path, to, ...narrowed };
  }
  if (type !== undefined) {
    const [from, to] = halves(type, "=", "--type");
    return { kind: "value", path: "value.type", from, to, ...narrowed };
  }
  const [path, change] = halves(value ?? "", ":", "--value");
  const [from, to] = halves(change, "=", "--value");
  return { kind: "value", path, from: literal(from), to: literal(to), ...narrowed };
}

function halves(text: string, separator: string, flag: string): readonly [string, string] {
  const at = text.indexOf(separator);
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw new FieldtapeError("USAGE", `${flag} ${JSON.stringify(text)} lacks its two sides`, {
    hint: "as in --field value.reading=value, --type frame=telegram, --value value.state:late=overdue",
  });
}

/** A number, true, false or null as JSON writes it; anything else is text. */
function literal(text: string): Json {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  return text === "null" ? null : text;
}
