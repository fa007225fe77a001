import type { FileKind } from "../../bundle/bundle-manifest.ts";
import type { BundlePlan } from "../../bundle/plan.ts";
import type { WrittenBundle } from "../../bundle/write-bundle.ts";
import type { JsonObject } from "../../bytes/json.ts";
import { plural } from "../plural.ts";
import { redactionWords } from "../secrets/redaction-words.ts";
import { bytesWords } from "../tape-words.ts";
import { outcomeWords } from "./outcome-words.ts";

/** More of one kind are counted, not listed. */
const LISTED_MAX = 20;

/** Who will be able to read it, and who vouches for it. */
export interface Sealing {
  readonly isEncrypted: boolean;
  readonly isSigned: boolean;
}

/** What goes in, and what was taken out of it, before anything is written. */
export function planWords(plan: BundlePlan, cleaned: number, { isEncrypted, isSigned }: Sealing): string {
  const { items } = plan;
  const kinds = [...new Set(items.map(({ kind }) => kind))];
  const bytes = items.reduce((sum, { size }) => sum + size, 0);
  return [
    `what goes in: ${plural(items.length, "file")}, ${bytesWords(bytes)}`,
    ...kinds.flatMap((kind) => kindLines(plan, kind)),
    ...playedLines(plan),
    ...redactionLines(plan),
    `in texts: ${cleaned === 0 ? "no secret was found" : `${plural(cleaned, "place")} with a secret or a name replaced`}`,
    isEncrypted ? "only the holders of its keys can read it" : "whoever gets it can read it (--encrypt-to KEY)",
    isSigned ? "signed" : "not signed (--sign KEYFILE)",
  ].join("\n");
}

function kindLines({ items }: BundlePlan, kind: FileKind): readonly string[] {
  const files = items.filter((item) => item.kind === kind);
  const shown = files.slice(0, LISTED_MAX).map(({ path, size }) => `  ${kind.padEnd(13)} ${path}, ${bytesWords(size)}`);
  const rest = files.length - shown.length;
  return rest > 0 ? [...shown, `  ${kind.padEnd(13)} and ${rest} more`] : shown;
}

function playedLines({ tapes }: BundlePlan): readonly string[] {
  const played = tapes.flatMap(({ path, trace }) =>
    trace === undefined ? [] : [`  ${path}: ${outcomeWords(trace.outcome)}`],
  );
  return played.length === 0 ? [] : ["what came out of the tapes here:", ...played];
}

function redactionLines({ tapes, redaction, reports }: BundlePlan): readonly string[] {
  if (tapes.length === 0) return [];
  if (redaction === undefined) return ["NOT redacted: captured bytes go in as they are (--redact standard)"];
  const told = [...reports].flatMap(([path, report]) => [
    `  ${path}:`,
    ...redactionWords(report).map((line) => `    ${line.trim()}`),
  ]);
  return [`redacted with ${redaction}:`, ...told];
}

/** What there is now. */
export const writtenWords = ({ size, id }: WrittenBundle): string => `${bytesWords(size)}; its manifest is ${id}`;

/** What goes in, for programs. */
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
