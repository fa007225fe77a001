import { join, resolve } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { projectRoot } from "../config/config-file.ts";
import type { Config } from "../config/schema.ts";
import type { ReleaseRequest } from "./run-release.ts";
import type { ReleaseStep } from "./step-names.ts";

export interface ReleaseFlags {
  readonly bump?: string | undefined;
  readonly resume?: boolean | undefined;
  readonly from?: ReleaseStep | undefined;
  readonly "dry-run"?: boolean | undefined;
  readonly skip?: readonly ("tests" | "build")[] | undefined;
  readonly key?: readonly string[] | undefined;
  readonly "timestamp-key"?: readonly string[] | undefined;
  readonly trust?: string | undefined;
  readonly repo?: string | undefined;
  readonly release?: number | undefined;
}

interface Project {
  readonly config: Config;
  /** The configuration's. */
  readonly file: string | undefined;
  /** Where the command was started. */
  readonly folder: string;
}

/**
 * What the flags and the configuration ask for; paths of flags are from where the command was started, those of the configuration from the
 * project's folder.
 *
 * @throws FieldtapeError CONFIG_INVALID, USAGE
 */
export function releaseRequest(
  flags: ReleaseFlags,
  { config, file, folder }: Project,
): Omit<ReleaseRequest, "now" | "signal" | "tell"> {
  const { release: settings } = config;
  if (settings === undefined) {
    throw new FieldtapeError("CONFIG_INVALID", "the configuration does not say how releases are made", {
      ...(file === undefined ? {} : { file }),
      hint: "declare release in fieldtape.config, or name another file with --config; docs/releasing.md has an example",
    });
  }
  const root = projectRoot(folder);
  if (root === undefined) throw new FieldtapeError("USAGE", "there is no project here: no package.json and no .git");
  const { keys, trust, repository } = settings;
  const own = (paths: readonly string[] = []): readonly string[] => paths.map((path) => join(root, path));
  const given = (paths: readonly string[] = []): readonly string[] => paths.map((path) => resolve(folder, path));
  const ownTrust = trust === undefined ? undefined : join(root, trust);
  return {
    folder: root,
    settings: { ...settings, repository: flags.repo === undefined ? repository : resolve(folder, flags.repo) },
    bump: flags.bump,
    release: flags.release,
    signer: {
      release: [...own(keys?.release), ...given(flags.key)],
      timestamp: [...own(keys?.timestamp), ...given(flags["timestamp-key"])],
      trust: flags.trust === undefined ? ownTrust : resolve(folder, flags.trust),
    },
    resume: flags.resume ?? false,
    from: flags.from,
    skip: flags.skip ?? [],
    dryRun: flags["dry-run"] ?? false,
  };
}
