import { isObject } from "../../bundle/redaction/field-path.ts";
import type { NamedFramer } from "../../bundle/redaction/profile.ts";
import type { SeatedSubject } from "../../bundle/redaction/seated-subject.ts";
import type { Json } from "../../bytes/json.ts";
import type { FramerPart } from "../../machine/chain-plan.ts";
import { machineSubject } from "../../replayer/machine-subject.ts";
import { BUILT_IN, builtIn } from "../built-in-subjects.ts";
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

export interface RedactedSubject {
  readonly name: string;
  readonly options: Json | undefined;
  /** Whose frames they are where the subject is one's own, as the profile says. */
  readonly framer: NamedFramer | undefined;
}

/**
 * The subject called `name`, as a redaction needs it.
 *
 * @throws FieldtapeError OPTIONS_INVALID for what is no framer; those of `resolveSubject`
 */
export async function redactionSubject(
  { name, options, framer: named }: RedactedSubject,
  loaded: LoadedConfig,
): Promise<RedactionSubject> {
  const { subject, config } = await resolveSubject(name, options, loaded);
  const seated = { subject, config };
  const entry = builtIn(subject.name);
  if (entry === undefined) return ofOwn(name, seated, named);
  const { framer, session } = await entry.plan(isObject(config) ? config : {}, framerNamed);
  const machines = [framer?.name, session?.name].filter((one) => one !== undefined);
  return { subject: seated, machines, ...(framer === undefined ? {} : { framing: alone(framer) }) };
}

/** A subject of one's own may be a framer that can re-encode; whether it can is seen when it is opened. */
async function ofOwn(name: string, seated: SeatedSubject, named: NamedFramer | undefined): Promise<RedactionSubject> {
  const { subject } = seated;
  const machines = [name, subject.name];
  if (named !== undefined) {
    const { subject: called, options = null } = named;
    const framer = await framerNamed({ subject: called, options });
    return { subject: seated, framing: alone(framer), machines: [...machines, framer.name] };
  }
  if (subject.role !== "observer") return { subject: seated, machines };
  // It may stand on a built-in framer, whose frames are then said under that one's name.
  const framers = (await canRewrite(seated)) ? BUILT_IN.filter(({ frames }) => frames).map((entry) => entry.name) : [];
  return { subject: seated, framing: seated, machines: [...machines, ...framers] };
}

async function canRewrite({ subject, config }: SeatedSubject): Promise<boolean> {
  await using run = await subject.open({ config, channels: [], seed: 0, faults: [] });
  return run.rewrite !== undefined;
}

/** It hears both directions. */
function alone(framer: FramerPart): SeatedSubject {
  const subject = machineSubject({ name: framer.name, role: "observer", parse: () => ({ role: "observer", framer }) });
  return { subject, config: null };
}
