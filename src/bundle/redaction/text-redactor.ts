import { Buffer } from "node:buffer";
import type { Json, JsonObject } from "../../bytes/json.ts";
import { isList, isObject } from "./field-path.ts";
import { LITERAL_LENGTH_MIN } from "./literal-forms.ts";
import type { Redaction } from "./profile.ts";
import { Pseudonyms } from "./pseudonyms.ts";
import { isSecretName } from "./secret-names.ts";
import { SecretScanner } from "./secret-scanner.ts";

/**
 * Takes secrets out of what is no traffic: logs, configuration, environment, crash reports, file names. Bundle, tape and text of one redaction
 * have the same aliases.
 */
export class TextRedactor {
  readonly pseudonyms: Pseudonyms;
  readonly scanner: SecretScanner;
  /** How many secrets were replaced so far, by what found them. */
  readonly found = new Map<string, number>();

  readonly #names = new Map<string, string>();
  #named: RegExp | undefined;

  constructor(redaction: Redaction) {
    this.pseudonyms = new Pseudonyms(redaction.key);
    this.scanner = new SecretScanner(redaction);
  }

  /** From now on a name that stands in a text by itself has this alias. One that is too short would be found everywhere. */
  learn(name: string, alias: string): void {
    if (name.length < LITERAL_LENGTH_MIN || name === alias) return;
    const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
    for (const form of [(text: string) => text, inJson]) this.#names.set(form(name), form(alias));
    this.#named = undefined;
  }

  /** The text with an alias in the place of each secret and each name; everything else stays as it is. */
  text(original: string): string {
    const text = this.#withoutNames(original);
    const bytes = Buffer.from(text, "utf8");
    const hits = this.scanner.find(bytes);
    if (hits.length === 0) return text;
    const parts: Uint8Array[] = [];
    let at = 0;
    for (const { start, end, name } of hits) {
      this.#count(name);
      parts.push(bytes.subarray(at, start), this.pseudonyms.bytes(new Uint8Array(bytes.subarray(start, end))));
      at = end;
    }
    return Buffer.concat([...parts, bytes.subarray(at)]).toString("utf8");
  }

  /** The value with an alias for each secret in its texts, its member names, and for what stands under a name like `password`. */
  json(value: Json): Json {
    if (typeof value === "string") return this.text(value);
    if (isList(value)) return value.map((item) => this.json(item));
    if (!isObject(value)) return value;
    const members: [string, Json][] = [];
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      members.push([this.text(name), isSecretName(name) ? this.#hidden(member) : this.json(member)]);
    }
    return Object.fromEntries(members) satisfies JsonObject;
  }

  /** Every text and number in it is an alias. */
  alias(value: Json): Json {
    if (typeof value === "string") return this.pseudonyms.text(value);
    if (typeof value === "number") return this.pseudonyms.number(value);
    if (isList(value)) return value.map((item) => this.alias(item));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        this.text(name),
        member === undefined ? undefined : this.alias(member),
      ]),
    );
  }

  #withoutNames(text: string): string {
    if (this.#names.size === 0) return text;
    this.#named ??= anyOf([...this.#names.keys()]);
    return text.replaceAll(this.#named, (name) => {
      this.#count("site");
      return this.#names.get(name) ?? name;
    });
  }

  #hidden(value: Json): Json {
    this.#count("name");
    return this.alias(value);
  }

  #count(name: string): void {
    this.found.set(name, (this.found.get(name) ?? 0) + 1);
  }
}

/** The longest one that stands there by itself. */
function anyOf(names: readonly string[]): RegExp {
  const longestFirst = names.toSorted((a, b) => b.length - a.length);
  const escaped = longestFirst.map((name) => name.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, "\\$&"));
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join("|")})(?![\\p{L}\\p{N}])`, "gu");
}
