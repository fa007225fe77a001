import { parseDuration } from "../../time/duration.ts";
import { parseOptionsFlag } from "../options-flag.ts";
import type { CreateRequest } from "./create-bundle.ts";

/** The flags as the command line gives them. */
export interface CreateFlags {
  readonly out: string;
  readonly subject?: string | undefined;
  readonly options?: string | undefined;
  readonly seed: number;
  readonly redact?: string | undefined;
  readonly last?: string | undefined;
  readonly results?: readonly string[] | undefined;
  readonly install?: string | undefined;
  readonly logs: boolean;
  readonly sign?: readonly string[] | undefined;
  readonly "encrypt-to"?: readonly string[] | undefined;
  readonly store: boolean;
  readonly force: boolean;
}

/** @throws FieldtapeError USAGE, OPTIONS_INVALID, what reading options throws */
export async function createRequest(tapes: readonly string[], flags: CreateFlags): Promise<CreateRequest> {
  const { out, subject, seed, redact, install, logs, store, force } = flags;
  return {
    tapes,
    subject,
    options: flags.options === undefined ? undefined : await parseOptionsFlag(flags.options),
    seed,
    redact,
    last: flags.last === undefined ? undefined : parseDuration(flags.last),
    results: flags.results ?? [],
    install,
    logs,
    out,
    force,
    store,
    sign: flags.sign ?? [],
    encryptTo: flags["encrypt-to"] ?? [],
  };
}
