import { redactTape } from "../../bundle/redaction/redact-tape.ts";
import { TextRedactor } from "../../bundle/redaction/text-redactor.ts";
import type { Redactor } from "../../bundle/redactor.ts";
import type { Json } from "../../bytes/json.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { namedRedaction } from "./named-redaction.ts";
import { redactionSubject } from "./redaction-subject.ts";

/**
 * What takes secrets out of a bundle: one key and so the same aliases in all its tapes and texts.
 *
 * @throws FieldtapeError USAGE for a profile that is not known; those of `loadSecrets` and `resolveSubject`
 */
export async function bundleRedactor(
  profile: string,
  subject: { readonly name: string; readonly options: Json | undefined } | undefined,
  loaded: LoadedConfig,
): Promise<Redactor> {
  const redaction = await namedRedaction(profile, loaded);
  const seats =
    subject === undefined ? { machines: [] } : await redactionSubject(subject.name, subject.options, loaded);
  const texts = new TextRedactor(redaction);
  return {
    profile,
    async tape(tape, out, signal) {
      const report = await redactTape({ tape, out, force: false, redaction, ...seats }, signal);
      const { verdict } = report.behaviour;
      return { verdict: verdict === "not-compared" ? "unproven" : verdict, report };
    },
    text: (text) => texts.text(text),
  };
}
