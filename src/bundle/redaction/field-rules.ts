import { fromHex, toHex } from "../../bytes/hex.ts";
import type { Json } from "../../bytes/json.ts";
import type { Edit } from "../../machine/machine.ts";
import { compilePredicate, type Predicate } from "../../tape/predicate.ts";
import type { OutputRecord } from "../../tape/record.ts";
import { type FieldPath, isList, isObject, type Leaf, leavesAt, parseFieldPath } from "./field-path.ts";
import type { FieldRule } from "./profile.ts";
import { masked, maskedText, type Pseudonyms } from "./pseudonyms.ts";

/** Members that hold bytes in hex, in the frames of every built-in framer. */
const HEX_MEMBERS: ReadonlySet<string | number | undefined> = new Set(["payload", "data"]);

/** How much of a value may be left: when no frame says the alias, a mask may still do. */
export type Strength = "alias" | "mask";

/** An edit, and the rule that asked for it. */
export interface RuledEdit {
  readonly edit: Edit;
  readonly path: string;
}

interface CompiledRule {
  readonly rule: FieldRule;
  readonly holds: Predicate | undefined;
  readonly path: FieldPath;
}

/** The field rules of one framer. Of two rules about one place the first counts. */
export class FieldRules {
  readonly #rules: readonly CompiledRule[];
  readonly #pseudonyms: Pseudonyms;

  constructor(rules: readonly FieldRule[], pseudonyms: Pseudonyms) {
    this.#pseudonyms = pseudonyms;
    this.#rules = rules.map((rule) => ({
      rule,
      holds: rule.when === undefined ? undefined : compilePredicate(rule.when),
      path: parseFieldPath(rule.path) ?? [],
    }));
  }

  /** Whether nothing is asked for. */
  get empty(): boolean {
    return this.#rules.every(({ rule }) => rule.action === "keep");
  }

  /** What is to be changed in a frame, and the places that are to stay whatever stands there. */
  of(
    frame: OutputRecord,
    strength: Strength,
  ): { readonly edits: readonly RuledEdit[]; readonly kept: readonly string[] } {
    const edits: RuledEdit[] = [];
    const kept: string[] = [];
    const decided = new Set<string>();
    for (const { rule, holds, path } of this.#rules) {
      if (holds !== undefined && !holds(frame)) continue;
      for (const leaf of leavesAt(frame.value, path)) {
        const place = JSON.stringify(leaf.path);
        if (decided.has(place)) continue;
        decided.add(place);
        if (rule.action === "keep") kept.push(place);
        else {
          const value = changed(leaf, rule, strength, this.#pseudonyms);
          if (!isSame(value, leaf.value)) edits.push({ edit: { path: leaf.path, value }, path: rule.path });
        }
      }
    }
    return { edits, kept };
  }
}

function changed({ path, value }: Leaf, rule: FieldRule, strength: Strength, pseudonyms: Pseudonyms): Json {
  if (rule.action === "drop") return emptied(value);
  const mask = rule.action === "mask" || strength === "mask";
  const text = (part: string): string => {
    if (HEX_MEMBERS.has(path.at(-1)))
      return hexChanged(part, rule, (bytes) => (mask ? masked(bytes) : pseudonyms.bytes(bytes)));
    if (mask) return maskedText(part);
    return rule.as === undefined ? pseudonyms.text(part) : pseudonyms.position(part, rule.as);
  };
  return everyLeaf(value, text, (number) => (mask ? 0 : pseudonyms.number(number)));
}

function hexChanged(hex: string, { bytes: part }: FieldRule, change: (bytes: Uint8Array) => Uint8Array): string {
  const bytes = fromHex(hex);
  if (bytes === undefined) return "";
  const [first, last] = part ?? [0, bytes.length];
  const place = (at: number): number => Math.min(bytes.length, Math.max(0, at < 0 ? bytes.length + at : at));
  const [from, to] = [place(first), Math.max(place(first), place(last))];
  const whole = bytes.slice();
  whole.set(change(bytes.slice(from, to)), from);
  return toHex(whole);
}

function everyLeaf(value: Json, text: (value: string) => string, number: (value: number) => number): Json {
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return number(value);
  if (isList(value)) return value.map((item) => everyLeaf(item, text, number));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      member === undefined ? undefined : everyLeaf(member, text, number),
    ]),
  );
}

function emptied(value: Json): Json {
  if (typeof value === "string") return "";
  if (typeof value === "number") return 0;
  return isList(value) ? [] : isObject(value) ? {} : value;
}

function isSame(one: Json, other: Json): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
