import type { Json } from "../../bytes/json.ts";
import { assert, unreachable } from "../../errors.ts";
import type { Said } from "../../replayer/divergence.ts";
import { compilePredicate, type Predicate } from "../../tape/predicate.ts";
import { type Change, changeMember, type MemberPath, parseMemberPath } from "./member-path.ts";
import type { GoldenRule } from "./schema.ts";

export interface Applied {
  readonly records: readonly Said[];
  /** How many records the rule changed. */
  readonly hits: number;
}

/** A rule for one recording, as a function of it. */
export function compileRule(rule: GoldenRule): (records: readonly Said[]) => Applied {
  const chosen = rule.where === undefined ? () => true : compilePredicate(rule.where);
  if ("alias" in rule) return changing(rule.alias, chosen, aliases(rule.alias));
  if ("delta" in rule) return changing(rule.delta, chosen, deltas());
  if ("round" in rule) return changing(rule.round, chosen, () => rounded(rule.to));
  if ("mask" in rule) return changing(rule.mask, chosen, masked(rule.mask));
  if ("map" in rule) return changing(rule.map, chosen, () => mapped(rule.to));
  if ("sort" in rule) return sorting(pathOf(rule.sort), chosen, rule.within ?? 0);
  if ("drop" in rule)
    return rule.drop === "record" ? dropping(chosen) : changing(rule.drop, chosen, () => () => undefined);
  return unreachable(rule);
}

/** The name of a rule, as a lint calls it. */
export function ruleName(rule: GoldenRule): string {
  const [name, path] = Object.entries(rule)[0] ?? [];
  return `${name} ${path}`;
}

function pathOf(text: string): MemberPath {
  const path = parseMemberPath(text);
  assert(path !== undefined, "a golden's path that the schema did not check");
  return path;
}

/** How the members of the next record change; `previous` is the record before it, as it is by now. */
type ChangeFor = (record: Said, previous: Said | undefined) => Change;

function changing(path: string, chosen: Predicate, changeFor: ChangeFor) {
  const member = pathOf(path);
  return (records: readonly Said[]): Applied => {
    let hits = 0;
    let previous: Said | undefined;
    const changed = records.map((record) => {
      const next = chosen(record) ? changeMember(record, member, changeFor(record, previous)) : record;
      if (next !== record) hits += 1;
      previous = next;
      return next;
    });
    return { records: changed, hits };
  };
}

/** Equal values get equal numbers: what belongs together still does. */
function aliases(path: string): ChangeFor {
  const known = new Map<string, number>();
  return () => (value) => {
    const key = JSON.stringify(value);
    const number = known.get(key) ?? known.size;
    known.set(key, number);
    return path === "channel" ? number : `#${number + 1}`;
  };
}

/** The first of a machine and channel counts from itself. */
function deltas(): ChangeFor {
  const last = new Map<string, number>();
  return (record) => (value) => {
    if (typeof value !== "number") return value;
    const stream = `${record.type === "raw" ? record.dir : record.machine} ${record.channel ?? ""}`;
    const before = last.get(stream) ?? value;
    last.set(stream, value);
    return value - before;
  };
}

function rounded(to: number): Change {
  return (value) => (typeof value === "number" ? Math.round(value / to) * to : value);
}

function masked(path: string): ChangeFor {
  if (path === "at") return (_, previous) => () => previous?.at ?? 0;
  return () => (value) => (typeof value === "number" && path === "channel" ? 0 : "*");
}

function mapped(to: Readonly<Record<string, Json>>): Change {
  return (value) => {
    const key = typeof value === "string" ? value : JSON.stringify(value);
    return Object.hasOwn(to, key) ? to[key] : value;
  };
}

function dropping(chosen: Predicate) {
  return (records: readonly Said[]): Applied => {
    const kept = records.filter((record) => !chosen(record));
    return { records: kept, hits: records.length - kept.length };
  };
}

/** Orders chosen records of one moment among themselves; all of them get its first stamp. */
function sorting(path: MemberPath, chosen: Predicate, within: number) {
  return (records: readonly Said[]): Applied => {
    const sorted: Said[] = [];
    let moment: Said[] = [];
    let hits = 0;
    const flush = (): void => {
      const ordered = ordering(moment, path, chosen);
      for (const [index, record] of ordered.entries()) if (record !== moment[index]) hits += 1;
      for (const record of ordered) sorted.push(record);
      moment = [];
    };
    for (const record of records) {
      const first = moment[0];
      if (first !== undefined && record.at - first.at > within) flush();
      moment.push(record);
    }
    flush();
    return { records: sorted, hits };
  };
}

/** The chosen ones in order on the places that the chosen ones had. */
function ordering(moment: readonly Said[], path: MemberPath, chosen: Predicate): readonly Said[] {
  const [first] = moment;
  if (first === undefined) return moment;
  const ranked = moment
    .filter(chosen)
    .map((record) => ({ record, key: keyAt(record, path) }))
    .sort((a, b) => compareKeys(a.key, b.key))
    .map(({ record }) => record)
    .values();
  return moment.map((record) => {
    const next = chosen(record) ? (ranked.next().value ?? record) : record;
    return next.at === first.at ? next : { ...next, at: first.at };
  });
}

function keyAt(record: Said, path: MemberPath): Json {
  let key: Json = null;
  changeMember(record, path, (value) => {
    key = value;
    return value;
  });
  return key;
}

/** Numbers before texts, each among themselves; never by locale. */
function compareKeys(a: Json, b: Json): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}
