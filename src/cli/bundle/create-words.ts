import type { BundledTape, FileKind } from "../../bundle/bundle-manifest.ts";
import type { BundlePlan } from "../../bundle/plan.ts";
import type { WrittenBundle } from "../../bundle/write-bundle.ts";
import type { JsonObject } from "../../bytes/json.ts";
import { plural } from "../plural.ts";
import { outcomeWords } from "./outcome-words.ts";

/** More of one kind are counted, not listed. */
const LISTED_MAX = 20;

/** What goes in, and what was taken out of it, before anything is written. */
export function planWords(plan: BundlePlan, cleaned: number): string {
  const kinds = [...new Set(plan.items.map(({ kind }) => kind))];
  const listed = kinds.flatMap((kind) => kindLines(plan, kind));
  return ["what goes in:", ...listed, ...redactionLines(plan, cleaned)].join("\n");
}

function kindLines({ items }: BundlePlan, kind: FileKind): readonly string[] {
  const files = items.filter((item) => item.kind === kind);
  const shown = files
    .slice(0, LISTED_MAX)
    .map(({ path, size }) => `  ${kind.padEnd(13)} ${path}, ${plural(size, "byte")}`);
  const rest = files.length - shown.length;
  return rest > 0 ? [...shown, `  ${kind.padEnd(13)} and ${rest} more`] : shown;
}

function redactionLines({ tapes, redaction }: BundlePlan, cleaned: number): readonly string[] {
  const texts = `in texts: ${cleaned === 0 ? "no secret was found" : `${plural(cleaned, "secret")} replaced`}`;
  const played = tapes.flatMap((tape) =>
    tape.trace === undefined ? [] : [`  ${tape.path}: ${outcomeWords(tape.trace.outcome)}`],
  );
  const happened = played.length === 0 ? [] : ["what came out of the tapes here:", ...played];
  if (redaction === undefined && tapes.length > 0)
    return [...happened, "not redacted: captured bytes go in as they are (--redact standard)", texts];
  const told = tapes.map((tape) => `  ${tape.path}: ${redactedWords(tape)}`);
  const profile = redaction === undefined ? [] : [`redacted with ${redaction}:`];
  return [...happened, ...profile, ...told, texts];
}

/** Members of a redaction's report that count something, in its order. */
function redactedWords({ redaction }: BundledTape): string {
  if (redaction === undefined) return "as it is";
  const counts = Object.entries(redaction.report).flatMap(([name, value]) => {
    const count = counted(value);
    return count === undefined || count === 0 || NO_COUNTS.has(name) ? [] : [`${name} ${count}`];
  });
  const verdict = { same: "behaves the same", different: "BEHAVES OTHERWISE", "not-compared": "not compared" };
  return [...counts, verdict[redaction.verdict]].join(", ");
}

const NO_COUNTS: ReadonlySet<string> = new Set(["records", "tries"]);

function counted(value: JsonObject[string]): number | undefined {
  if (typeof value === "number") return value;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + (ofMember(item) ?? 0), 0);
  return ofMember(value);
}

function ofMember(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const name of ["count", "values"]) {
    const count: unknown = Reflect.get(value, name);
    if (typeof count === "number") return count;
  }
  return undefined;
}

/** The same for programs. */
export function createdJson(plan: BundlePlan, written: WrittenBundle | undefined): JsonObject {
  const { subject, redaction, tapes } = plan;
  const files = plan.items.map(({ path, kind, size }) => ({ path, kind, size }));
  return {
    written: written !== undefined,
    ...(written === undefined ? {} : { path: written.path, size: written.size, id: written.id }),
    subject: subject === undefined ? null : { ...subject },
    redaction: redaction ?? null,
    tapes: tapes.map((tape) => JSON.parse(JSON.stringify(tape))),
    files,
  };
}
