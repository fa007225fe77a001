import { basename, resolve } from "node:path";
import { type BundlePlan, planBundle, type TapesRedaction } from "../../bundle/plan.ts";
import type { Redaction } from "../../bundle/redaction/profile.ts";
import { STANDARD } from "../../bundle/redaction/standard-profile.ts";
import { TextRedactor } from "../../bundle/redaction/text-redactor.ts";
import { type WrittenBundle, writeBundle } from "../../bundle/write-bundle.ts";
import type { Json } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import { fileSystem } from "../../tape/tape-disk.ts";
import type { Clock } from "../../time/clock.ts";
import type { Nanos } from "../../time/nanos.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { namedRedaction } from "../secrets/named-redaction.ts";
import { redactionSubject } from "../secrets/redaction-subject.ts";
import { VERSION, versions } from "../version.ts";
import { attachments } from "./attachments.ts";
import { bundleSigner, recipientsOf } from "./bundle-keys.ts";
import { bundledSubject } from "./bundle-subject.ts";
import { installationItems } from "./installation-items.ts";
import { secretGuard } from "./secret-guard.ts";

/** What `bundle create` was asked for, checked. */
export interface CreateRequest {
  readonly tapes: readonly string[];
  readonly subject: string | undefined;
  readonly options: Json | undefined;
  readonly seed: number;
  /** The profile's name. */
  readonly redact: string | undefined;
  readonly last: Nanos | undefined;
  readonly results: readonly string[];
  readonly install: string | undefined;
  readonly logs: boolean;
  readonly out: string;
  readonly force: boolean;
  readonly store: boolean;
  readonly sign: readonly string[];
  readonly encryptTo: readonly string[];
}

export interface CreateWorld {
  readonly config: LoadedConfig;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** Shown what goes in; answers whether it is to be written. */
  readonly agrees: (plan: BundlePlan, textsCleaned: number) => Promise<boolean>;
}

/** Collects, shows and writes a bundle; `undefined`: it was not wanted after all. @throws FieldtapeError */
export async function createBundle(request: CreateRequest, world: CreateWorld): Promise<WrittenBundle | undefined> {
  const { config, signal } = world;
  if (request.tapes.length === 0 && request.install === undefined)
    throw new FieldtapeError("USAGE", "what should it hold? name a tape, or an installation with --install DIR");
  const sign = await bundleSigner(request.sign);
  const recipients = await recipientsOf(request.encryptTo);
  const texts = await namedRedaction(request.redact ?? STANDARD, config);
  const redactor = new TextRedactor(texts);
  const subject = await subjectOf(request, world);
  const { tapes, last, out } = request;
  const redaction =
    request.redact === undefined ? undefined : await tapesRedaction({ redaction: texts, redactor }, request, config);
  await using plan = await planBundle(
    { tapes, last, subject, redaction, attachments: () => others(request, world, redactor), versions: versions(), out },
    { recorder: VERSION, ...world },
  );
  const cleaned = [...redactor.found.values()].reduce((sum, count) => sum + count, 0);
  if (!(await world.agrees(plan, cleaned))) return undefined;
  const { force, store } = request;
  const guard = secretGuard(texts.literals);
  return await writeBundle(plan, { out, force, store, recipients, sign, guard, disk: fileSystem, signal });
}

async function subjectOf({ subject, options, seed, tapes }: CreateRequest, { config, signal, say }: CreateWorld) {
  const name = subject ?? config.config.subject;
  if (tapes.length === 0) return undefined;
  if (name !== undefined) return bundledSubject({ name, options, seed }, config, signal);
  say("note: no subject is named: nobody can tell from this bundle what comes out of its tapes; --subject NAME");
  return undefined;
}

/** What is said of the site in texts has the aliases that it has on the tapes. */
async function tapesRedaction(
  { redaction, redactor }: { readonly redaction: Redaction; readonly redactor: TextRedactor },
  { subject, options, tapes }: CreateRequest,
  config: LoadedConfig,
): Promise<TapesRedaction> {
  const onName = (called: string, alias: string): void => redactor.learn(called, alias);
  for (const path of tapes) {
    const called = basename(path).replace(TAPE_ENDING, "");
    onName(called, redactor.pseudonyms.text(called));
  }
  const name = subject ?? config.config.subject;
  if (name === undefined) return { redaction, machines: [], onName };
  return {
    redaction,
    ...(await redactionSubject({ name, options, framer: redaction.profile.framer }, config)),
    onName,
  };
}

const TAPE_ENDING = /(?:\.\d{4,})?(?:\.tape)?\.jsonl(?:\.gz)?$/;

async function others(request: CreateRequest, { config, signal }: CreateWorld, redactor: TextRedactor) {
  const installed =
    request.install === undefined ? [] : await installationItems(resolve(request.install), redactor, signal);
  return [...(await attachments({ ...request, config }, redactor)), ...installed];
}
