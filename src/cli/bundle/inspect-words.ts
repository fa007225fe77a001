import type { BundleManifest } from "../../bundle/bundle-manifest.ts";
import type { Graded, GradeReason } from "../../bundle/grade.ts";
import type { OpenBundle } from "../../bundle/open-bundle.ts";
import { type VersionSkew, versionSkew } from "../../bundle/version-skew.ts";
import type { JsonObject } from "../../bytes/json.ts";
import { sha256Hex } from "../../bytes/sha256.ts";
import { plural } from "../plural.ts";
import { bytesWords, plainLines } from "../tape-words.ts";
import { versions } from "../version.ts";
import { signersNamed } from "./bundle-keys.ts";
import { outcomeWords } from "./outcome-words.ts";

/** What a bundle is, for programs. `trusted`: its signature was asked for, and is good. */
export function inspectionJson(bundle: OpenBundle, { grade, reasons }: Graded, trusted: boolean): JsonObject {
  const { manifest, bytes, signature, isEncrypted } = bundle;
  return {
    grade,
    reasons: reasons.map((one) => ({ ...one })),
    id: sha256Hex(bytes),
    subject: manifest.subject === undefined ? null : { ...manifest.subject },
    versions: { ...manifest.versions },
    skew: versionSkew(manifest.versions, versions()).map((one) => ({ ...one })),
    redaction: manifest.redaction ?? null,
    signedBy: signersNamed(signature),
    trusted,
    encrypted: isEncrypted,
    tapes: manifest.tapes.map((tape) => JSON.parse(JSON.stringify(tape))),
    files: manifest.files.map((file) => ({ ...file })),
  };
}

/** The same for people. */
export function inspectionWords(bundle: OpenBundle, { grade, reasons }: Graded, trusted: boolean): string {
  const { manifest, signature } = bundle;
  const { subject, redaction } = manifest;
  const signers = signersNamed(signature);
  const signed = signers.length === 0 ? "not signed" : `signed by ${signers.join(", ")}`;
  const lines = [
    `grade ${grade}: ${GRADE_WORDS[grade]}`,
    ...reasons.map(reasonLine),
    `subject: ${subject === undefined ? "none is named" : subject.name}${ownWords(subject)}`,
    redaction === undefined ? "not redacted" : `redacted with ${redaction}`,
    trusted ? `${signed}, and trusted` : signers.length === 0 ? signed : `${signed}; not verified (--trust KEYFILE)`,
    `made by fieldtape ${manifest.versions.app}`,
    ...skewLines(versionSkew(manifest.versions, versions())),
    ...holding(manifest),
  ];
  // Whoever made the bundle may have written anything.
  return plainLines(lines.join("\n"));
}

const GRADE_WORDS: Readonly<Record<Graded["grade"], string>> = {
  A: "it can be replayed as it was",
  B: "it can be replayed as it was, as far as one can tell",
  C: "it can be replayed; something of what the subject heard is missing",
  D: "what comes out may have nothing to do with what happened",
  F: "it cannot be replayed here",
};

function reasonLine({ grade, why, tape, line }: GradeReason): string {
  const place = tape === undefined ? "" : `${tape}${line === undefined ? "" : `:${line}`}: `;
  return `  ${grade}  ${place}${why}`;
}

function ownWords(subject: BundleManifest["subject"]): string {
  if (subject === undefined || subject.builtIn === subject.name) return "";
  return subject.builtIn === undefined ? ", one of the user's own" : `, which is ${subject.builtIn}`;
}

/** What was another version where the bundle was made. */
export function skewLines(skew: readonly VersionSkew[]): readonly string[] {
  return skew.map(({ name, there, here }) => `  ${name} is ${here} here and was ${there} there`);
}

function holding({ files, tapes }: BundleManifest): readonly string[] {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const played = tapes.map(({ path, trace }) => {
    const outcome = trace === undefined ? "not played" : outcomeWords(trace.outcome);
    return `  ${path}: ${outcome}`;
  });
  const others = new Map<string, number>();
  for (const { kind } of files) others.set(kind, (others.get(kind) ?? 0) + 1);
  const kinds = [...others].map(([kind, count]) => `${kind} ${count}`);
  return [`${plural(files.length, "file")}, ${bytesWords(bytes)}: ${kinds.join(", ")}`, ...played];
}
