import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import type { BundledVersions } from "../../src/bundle/bundle-manifest.ts";
import { type BundleRequest, planBundle } from "../../src/bundle/plan.ts";
import type { Seat } from "../../src/bundle/seat.ts";
import { type WriteOptions, type WrittenBundle, writeBundle } from "../../src/bundle/write-bundle.ts";
import type { Json } from "../../src/bytes/json.ts";
import { bundledSubject, subjectHere } from "../../src/cli/bundle/bundle-subject.ts";
import type { LoadedConfig } from "../../src/cli/config/config-file.ts";
import { fileSystem } from "../../src/tape/tape-disk.ts";
import { SystemClock } from "../../src/time/system-clock.ts";

export const never = new AbortController().signal;
export const clock = new SystemClock({ sleep: "coarse" });
export const NO_CONFIG: LoadedConfig = { config: {}, file: undefined };
export const VERSIONS: BundledVersions = {
  app: "1.2.3",
  plugin_abi: 1,
  config_schema: 1,
  data_schema: 2,
  git_sha: "0000000",
  node: "v20.0.0",
};

/** The tape of a case of the corpus that ships, and what it is played into there. */
export function corpusCase(name: string): { readonly tape: string; readonly subject: string; readonly options: Json } {
  const folder = resolve(import.meta.dirname, "../../corpora", name);
  const { subject, options = {} } = parse(readFileSync(join(folder, "scenario.yaml"), "utf8")) as {
    subject: string;
    options?: Json;
  };
  return { tape: join(folder, "tape.jsonl"), subject, options };
}

export interface Bundling extends Partial<WriteOptions> {
  readonly subject?: { readonly name: string; readonly options: Json } | undefined;
  readonly request?: Partial<BundleRequest>;
}

/** Bundles tapes as `bundle create` does. */
export async function bundled(
  tapes: readonly string[],
  out: string,
  { subject, request, ...options }: Bundling = {},
): Promise<WrittenBundle> {
  const seated = subject === undefined ? undefined : await bundledSubject({ ...subject, seed: 0 }, NO_CONFIG, never);
  const wanted: BundleRequest = {
    tapes,
    last: undefined,
    subject: seated,
    redaction: undefined,
    attachments: async () => [],
    versions: VERSIONS,
    out,
    ...request,
  };
  const recorder = { version: "1.2.3", git: "0000000" };
  await using plan = await planBundle(wanted, { recorder, clock, signal: never, say: () => {} });
  const plain = { out, force: false, store: false, recipients: [], disk: fileSystem, signal: never };
  return await writeBundle(plan, { ...plain, ...options });
}

/** A case of the corpus, bundled with its subject. */
export function bundledCase(name: string, out: string, options: Bundling = {}): Promise<WrittenBundle> {
  const { tape, subject, options: settings } = corpusCase(name);
  return bundled([tape], out, { subject: { name: subject, options: settings }, ...options });
}

/** The subject as somebody has it who has no configuration. */
export function seatHere(config: LoadedConfig = NO_CONFIG) {
  return (subject: Parameters<typeof subjectHere>[0]): Promise<Seat> => subjectHere(subject, config, never);
}
