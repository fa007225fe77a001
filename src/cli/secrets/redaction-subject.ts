import { isObject } from "../../bundle/redaction/field-path.ts";
import type { SeatedSubject } from "../../bundle/redaction/seated-subject.ts";
import type { Json } from "../../bytes/json.ts";
import { machineSubject } from "../../replayer/machine-subject.ts";
import { builtIn } from "../built-in-subjects.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { framerNamed } from "../named-framer.ts";
import { resolveSubject } from "../subjects.ts";

/** What a subject is to a redaction. */
export interface RedactionSubject {
  /** What both tapes are replayed into. */
  readonly subject: SeatedSubject;
  /** Its framer alone, which hears both directions; absent: it has none that is known here. */
  readonly framing?: SeatedSubject;
  /** Those that it has, by their names on a tape. */
  readonly machines: readonly string[];
}

/**
 * The subject called `name`, as a redaction needs it.
 *
 * @throws FieldtapeError those of `resolveSubject`
 */
export async function redactionSubject(
  name: string,
  options: Json | undefined,
  loaded: LoadedConfig,
): Promise<RedactionSubject> {
  const { subject, config } = await resolveSubject(name, options, loaded);
  const seated = { subject, config };
  const entry = builtIn(subject.name);
  if (entry === undefined) return { subject: seated, ...framed(seated), machines: [name, subject.name] };
  const { framer, session } = await entry.plan(isObject(config) ? config : {}, framerNamed);
  const machines = [framer?.name, session?.name].filter((one) => one !== undefined);
  if (framer === undefined) return { subject: seated, machines };
  const alone = machineSubject({ name: framer.name, role: "observer", parse: () => ({ role: "observer", framer }) });
  return { subject: seated, framing: { subject: alone, config: null }, machines };
}

/** A subject of one's own may be a framer that can re-encode; whether it can is seen when it is opened. */
function framed(seated: SeatedSubject): { framing?: SeatedSubject } {
  return seated.subject.role === "observer" ? { framing: seated } : {};
}
