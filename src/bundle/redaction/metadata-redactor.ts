import type { Json, JsonObject } from "../../bytes/json.ts";
import type { ChannelRecord, InputRecord, OutputRecord, TapeRecord } from "../../tape/record.ts";
import { isList, isObject } from "./field-path.ts";
import type { MetadataRules } from "./profile.ts";
import type { TextRedactor } from "./text-redactor.ts";

/** Settings of a wire that machines go by, or that say nothing of a site. */
const SETTINGS: ReadonlySet<string> = new Set([
  "baud",
  "dataBits",
  "parity",
  "stopBits",
  "rtscts",
  "xon",
  "xoff",
  "xany",
  "dtr",
  "rts",
  "hupcl",
  "lock",
  "dir",
  "role",
]);

const NAMES_MAX = 1_000;

/** Everything on a tape that is no traffic: what is allowed stays, the rest has an alias or is left out. */
export class MetadataRedactor {
  /** Names, addresses, marks and values with an alias. */
  aliased = 0;
  readonly dropped = new Map<string, number>();
  /** Names of a site, with what stands for them. */
  readonly names = new Map<string, string>();
  readonly #rules: MetadataRules;
  readonly #machines: ReadonlySet<string>;
  readonly #text: TextRedactor;

  /** `machines`: those of the subject. What they heard is kept, since a replay needs it; what they said is left out, since a replay says it again. */
  constructor(rules: MetadataRules, machines: readonly string[], text: TextRedactor) {
    this.#rules = rules;
    this.#machines = new Set(machines);
    this.#text = text;
  }

  /** The record as it may leave; `undefined`: it may not. Reads are not looked at. */
  redact(record: TapeRecord): TapeRecord | undefined {
    switch (record.type) {
      case "header":
        return { ...record, meta: this.#header(record.meta) };
      case "channel":
        return this.#channel(record);
      case "link":
        return record.reason === undefined ? record : { ...record, reason: this.#text.text(record.reason) };
      case "mark":
        return this.#mark(record);
      case "input":
      case "output":
        return this.#said(record);
      case "blob":
        return this.#blob(record);
      case "unknown":
        return this.#drop("unknown");
      default:
        return record;
    }
  }

  /** What fieldtape itself says of how a tape came about, and the members that the profile names. */
  #header(meta: JsonObject): JsonObject {
    const kept = Object.entries(meta).filter(
      ([name]) => name === "derived" || this.#rules.headerMembers.includes(name),
    );
    for (const [name, value] of Object.entries(meta))
      if (typeof value === "string" && !kept.some(([other]) => other === name))
        this.#known(value, this.#text.pseudonyms.text(value));
    const left = Object.keys(meta).length - kept.length;
    if (left > 0) this.dropped.set("header member", (this.dropped.get("header member") ?? 0) + left);
    return Object.fromEntries(
      kept.map(([name, value]) => [name, value === undefined ? undefined : this.#text.json(value)]),
    );
  }

  #channel(channel: ChannelRecord): ChannelRecord {
    const { addresses, channels } = this.#rules;
    const address = (text: string): string => (addresses === "keep" ? this.#text.text(text) : this.#address(text));
    const name =
      channels === "keep"
        ? this.#text.text(channel.name)
        : channel.name === channel.source
          ? address(channel.name)
          : this.#name(channel.name);
    const settings = Object.entries(channel.settings).map(([key, value]): [string, Json | undefined] => {
      if (value === undefined || typeof value === "boolean" || SETTINGS.has(key)) return [key, value];
      if (typeof value === "string") return [key, address(value)];
      return [key, addresses === "keep" ? this.#text.json(value) : this.#alias(value)];
    });
    return { ...channel, name, source: address(channel.source), settings: Object.fromEntries(settings) };
  }

  /** `tcp:192.168.1.10:502` keeps its kind and its ports; `serial:/dev/ttyUSB0` keeps what says nothing of its maker. */
  #address(text: string): string {
    this.aliased += 1;
    return text.replaceAll(/[^\s,<>=]+/g, (word) => {
      const [, kind = "", rest = ""] =
        /^((?:(?:tcp(?:-tap|-listen)?|udp|serial|mqtt|unix|stdin|file|can):)?)(.*)$/s.exec(word) ?? [];
      if (rest.startsWith("/dev/")) return kind + this.#device(rest);
      const [, host = rest, port = ""] = /^(.*?)((?::\d{1,5})?(?:#\d+)?)$/s.exec(rest) ?? [];
      return /^(?:\*|-|stdin|localhost|127\.0\.0\.1|\[::1\]|)$/.test(host)
        ? word
        : kind + this.#known(host, this.#text.pseudonyms.host(host)) + port;
    });
  }

  #device(path: string): string {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (/^(?:tty[A-Za-z]{0,6}\d{0,3}|pts|\d{1,4})$/.test(name)) return path;
    return path.slice(0, path.length - name.length) + this.#known(name, this.#text.pseudonyms.text(name));
  }

  /** A name is often an address. */
  #name(name: string): string {
    if (/^[\w.-]+:\d{1,5}(?:#\d+)?$|^\d{1,3}(?:\.\d{1,3}){3}$/.test(name)) return this.#address(name);
    this.aliased += 1;
    // Of several connections with one name each has a number.
    const [, whole = name, number = ""] = /^(.*?)(#\d+)?$/s.exec(name) ?? [];
    return this.#known(whole, this.#text.pseudonyms.text(whole)) + number;
  }

  #known(name: string, alias: string): string {
    if (this.names.size < NAMES_MAX) this.names.set(name, alias);
    return alias;
  }

  #mark(record: Extract<TapeRecord, { type: "mark" }>): TapeRecord | undefined {
    const { marks } = this.#rules;
    if (marks === "drop") return this.#drop("mark");
    if (marks === "keep") return { ...record, label: this.#text.text(record.label) };
    this.aliased += 1;
    return { ...record, label: this.#known(record.label, this.#text.pseudonyms.text(record.label)) };
  }

  #said(record: InputRecord | OutputRecord): TapeRecord | undefined {
    if (this.#machines.has(record.machine))
      return record.type === "output" ? this.#drop("decoded") : { ...record, value: this.#text.json(record.value) };
    const machine = this.#text.text(record.machine);
    const { events } = this.#rules;
    if (events === "drop") return this.#drop("event");
    if (events === "keep") return { ...record, machine, value: this.#text.json(record.value) };
    return { ...record, machine, value: this.#event(record.value) };
  }

  /** Names of members stay; values do where the profile says so. */
  #event(value: Json): Json {
    if (isList(value)) return value.map((item) => this.#event(item));
    if (!isObject(value)) return this.#alias(value);
    const members = Object.entries(value).map(([name, member]): [string, Json | undefined] => {
      const shown = this.#text.text(name);
      if (member === undefined) return [shown, undefined];
      return [shown, this.#rules.eventMembers.includes(name) ? this.#text.json(member) : this.#event(member)];
    });
    return Object.fromEntries(members);
  }

  #alias(value: Json): Json {
    this.aliased += 1;
    return this.#text.alias(value);
  }

  /** That something was there stays, as a mark: it is no loss of a wire. */
  #blob(record: Extract<TapeRecord, { type: "blob" }>): TapeRecord {
    if (this.#rules.blobs === "keep") {
      const { name } = record;
      return name === undefined ? record : { ...record, name: this.#text.pseudonyms.text(name) };
    }
    this.#drop("blob");
    return { type: "mark", at: record.at, label: `redacted: a blob of ${record.size} bytes, ${record.media}` };
  }

  #drop(type: string): undefined {
    this.dropped.set(type, (this.dropped.get(type) ?? 0) + 1);
    return undefined;
  }
}
