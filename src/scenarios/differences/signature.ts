import type { Json } from "../../bytes/json.ts";
import { unreachable } from "../../errors.ts";
import type { Path, Said } from "../../replayer/divergence.ts";
import type { Difference } from "./difference.ts";

/** A template longer than this is cut: what it begins with tells causes apart. */
const TEMPLATE_MAX = 160;

/**
 * What the differences of one cause have in common, as a line that a person can read: stream, type, path, kind, and the old and new
 * template with numbers and hex generalised. Equal in every case, at every place of a tape.
 *
 * `modbus-session state value.latency changed: # → "#"`
 */
export function signatureOf(difference: Difference): string {
  const said = `${difference.stream} ${difference.type}`;
  switch (difference.kind) {
    case "changed": {
      const [before, after] = templates(difference.before, difference.after);
      return `${said} ${pathTemplate(difference.path)} changed: ${before} → ${after}`;
    }
    case "renamed":
      return `${said} ${pathTemplate(difference.path)} renamed: ${keyTemplate(difference.to)}`;
    case "moved":
      return `${said} ${pathTemplate(difference.path)} moved: ${difference.by < 0 ? "back" : "on"}`;
    case "missing":
      return `${said} missing: ${recordTemplate(difference.expected.record)}`;
    case "unexpected":
      return `${said} unexpected: ${recordTemplate(difference.actual.record)}`;
    default:
      return unreachable(difference);
  }
}

/** What a signature says without who said it and what: path, kind and templates. */
export function changeIn(signature: string): string {
  return /^[^ ]* [^ ]* (.*)$/s.exec(signature)?.[1] ?? signature;
}

/** `value.values[*]`: which item of a list, or which member of a table keyed by numbers, is chance. */
function pathTemplate(path: Path): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += "[*]";
    else text += text === "" ? keyTemplate(part) : `.${keyTemplate(part)}`;
  }
  return text;
}

/** A member's name is a word, whatever digits are in it, unless it is a number or hex: then it is a table's key. */
const keyTemplate = (key: string): string => (/^(?:[0-9]+|[0-9A-Fa-f]{8,})$/.test(key) ? "#" : cut(printable(key)));

/** Of two texts only the words in which they differ are looked at: the rest is what the device happened to say. */
function templates(before: Json | undefined, after: Json | undefined): readonly [string, string] {
  if (typeof before !== "string" || typeof after !== "string") return [template(before), template(after)];
  const [old, now] = differingWords(before, after);
  return [quoted(old), quoted(now)];
}

const WORD = /[A-Za-z0-9]+|[^A-Za-z0-9]/g;

function differingWords(before: string, after: string): readonly [string, string] {
  const old = before.slice(0, TEXT_MAX).match(WORD) ?? [];
  const now = after.slice(0, TEXT_MAX).match(WORD) ?? [];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  return [old.slice(start, old.length - end).join(""), now.slice(start, now.length - end).join("")];
}

/** Characters of a text that are looked at. */
const TEXT_MAX = 4096;

function template(value: Json | undefined): string {
  return value === undefined ? "absent" : cut(shape(value, SHAPE_LEVELS));
}

const SHAPE_LEVELS = 4;

function shape(value: Json | undefined, levels: number): string {
  switch (typeof value) {
    case "string":
      return quoted(value);
    case "number":
      return "#";
    case "object":
      if (value === null) return "null";
      if (levels === 0) return "…";
      // A list is told by the kinds of its items, not by how many there are, nor by what each text says.
      if (isList(value))
        return `[${[...new Set(value.slice(0, ITEMS_MAX).map((item) => itemShape(item, levels - 1)))].join(",")}]`;
      return `{${Object.entries(value)
        .slice(0, ITEMS_MAX)
        .map(([key, member]) => `${keyTemplate(key)}:${shape(member, levels - 1)}`)
        .join(",")}}`;
    default:
      return String(value);
  }
}

const itemShape = (item: Json, levels: number): string => (typeof item === "string" ? '"…"' : shape(item, levels));

const ITEMS_MAX = 64;

/** What a whole record is about: its words stay, its readings do not. */
function recordTemplate(record: Said): string {
  return record.type === "raw" ? "bytes" : template(record.value);
}

const quoted = (text: string): string => `"${textTemplate(text)}"`;

/** What a text says, whatever numbers and hex are in it. */
export function textTemplate(text: string): string {
  return cut(generalised(text.slice(0, TEXT_MAX)));
}

/** Words with a digit in them become `#`; so does hex without one, from eight digits on. */
const generalised = (text: string): string =>
  printable(
    text.replace(/[A-Za-z0-9]+/g, (word) =>
      /[0-9]/.test(word) || /^(?:[a-f]{8,}|[A-F]{8,})$/.test(word) ? "#" : word,
    ),
  );

/** A signature is shown on terminals: nothing in it may steer one. */
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "·");

const cut = (text: string): string => (text.length <= TEMPLATE_MAX ? text : `${text.slice(0, TEMPLATE_MAX)}…`);

/** `Array.isArray` narrows a readonly list to `any[]`; this keeps its type. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
