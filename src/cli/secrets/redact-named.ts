import { rm } from "node:fs/promises";
import type { Redaction } from "../../bundle/redaction/profile.ts";
import { redactTape } from "../../bundle/redaction/redact-tape.ts";
import type { RedactionReport } from "../../bundle/redaction/report.ts";
import { FieldtapeError } from "../../errors.ts";
import { blobsFolder } from "../../tape/segments.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { parseOptionsFlag } from "../options-flag.ts";
import { namedRedaction } from "./named-redaction.ts";
import { redactionSubject } from "./redaction-subject.ts";

export interface NamedRedactionRequest {
  readonly tape: string;
  readonly out: string;
  readonly force: boolean;
  readonly profile: string;
  /** Absent: bytes are looked at as bytes. Without a name: the configuration's. */
  readonly subject: { readonly name: string | undefined; readonly options: string | undefined } | undefined;
  readonly allowDifferent: boolean;
}

/**
 * Redacts a tape as a person asks for it; a copy that behaves differently is taken away again unless it is allowed.
 *
 * @throws FieldtapeError USAGE when no subject is named; those of `redactTape`, `namedRedaction` and `redactionSubject`
 */
export async function redactNamed(
  request: NamedRedactionRequest,
  loaded: LoadedConfig,
  signal: AbortSignal,
): Promise<{ readonly kept: boolean; readonly report: RedactionReport }> {
  const { tape, out, force, profile, allowDifferent } = request;
  const redaction = await namedRedaction(profile, loaded);
  const report = await redactTape(
    { tape, out, force, redaction, ...(await seats(request, redaction, loaded)) },
    signal,
  );
  const kept = report.behaviour.verdict !== "different" || allowDifferent;
  if (!kept) for (const path of [out, blobsFolder(out)]) await rm(path, { recursive: true, force: true });
  return { kept, report };
}

async function seats({ subject }: NamedRedactionRequest, { profile }: Redaction, loaded: LoadedConfig) {
  if (subject === undefined) return { machines: [] };
  const name = subject.name ?? loaded.config.subject;
  if (name === undefined) {
    throw new FieldtapeError(
      "USAGE",
      "which subject? its frames tell what is a field, and it shows that the copy behaves the same",
      {
        hint: "name it with --subject; --no-subject looks for secrets in the bytes alone",
      },
    );
  }
  const options = subject.options === undefined ? undefined : await parseOptionsFlag(subject.options);
  return redactionSubject({ name, options, framer: profile.framer }, loaded);
}
