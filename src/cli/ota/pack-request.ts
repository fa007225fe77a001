import process from "node:process";
import { FieldtapeError } from "../../errors.ts";
import { readSmall } from "../../ota/release/input-file.ts";
import { NOTES_LENGTH_MAX } from "../../ota/release/limits.ts";
import type { PackRequest } from "../../ota/release/pack.ts";
import { formatIso, parseIso } from "../../time/iso.ts";
import { readRoot } from "./root-file.ts";

export interface PackFlags {
  readonly product: string;
  readonly version: string;
  readonly release: number;
  readonly "min-app"?: string | undefined;
  readonly downgrade: boolean;
  readonly "plugin-abi": number;
  readonly "config-schema": number;
  readonly "data-schema": number;
  readonly compatible?: readonly string[] | undefined;
  readonly platform: string;
  readonly component?: readonly string[] | undefined;
  readonly "git-sha"?: string | undefined;
  readonly "build-time"?: string | undefined;
  readonly notes: string;
}

/**
 * What the flags say of a release. Nothing is taken from the machine but SOURCE_DATE_EPOCH, which exists for that
 * (reproducible-builds.org).
 *
 * @throws FieldtapeError USAGE, and those of reading the notes
 */
export async function releaseOf(flags: PackFlags): Promise<PackRequest["release"]> {
  const built = buildTime(flags["build-time"], process.env["SOURCE_DATE_EPOCH"]);
  const oldest = flags["min-app"];
  const revision = flags["git-sha"];
  return {
    product: flags.product,
    app: flags.version,
    release: flags.release,
    ...(oldest === undefined ? {} : { min_app: oldest }),
    ...(flags.downgrade ? { downgrade: true } : {}),
    plugin_abi: flags["plugin-abi"],
    config_schema: flags["config-schema"],
    data_schema: flags["data-schema"],
    compatible: flags.compatible ?? [],
    platform: flags.platform,
    ...(revision === undefined ? {} : { git_sha: revision }),
    ...(built === undefined ? {} : { build_time: built }),
    components: Object.fromEntries((flags.component ?? []).map(parseComponent)),
    notes: await notesOf(flags.notes),
  };
}

/**
 * The bytes of a root that may be packed: one that is whole. Whether it has expired is for the device to say, at its own time.
 *
 * @throws FieldtapeError those of `readRoot`
 */
export async function rootToBake(path: string): Promise<Uint8Array> {
  return (await readRoot(path, 0n)).bytes;
}

function buildTime(flag: string | undefined, epoch: string | undefined): string | undefined {
  if (flag !== undefined) {
    const wall = parseIso(flag);
    if (wall !== undefined) return formatIso(wall, 0);
    throw new FieldtapeError("USAGE", `${JSON.stringify(flag)} is no date`, {
      hint: "write it like 2026-11-21T12:00:00Z",
    });
  }
  if (epoch === undefined || epoch === "") return undefined;
  if (/^[0-9]{1,11}$/.test(epoch)) return formatIso(BigInt(epoch) * 1_000_000_000n, 0);
  throw new FieldtapeError("USAGE", "SOURCE_DATE_EPOCH is no number of seconds since 1970");
}

function parseComponent(text: string): [name: string, version: string] {
  const cut = text.indexOf("=");
  if (cut > 0) return [text.slice(0, cut), text.slice(cut + 1)];
  throw new FieldtapeError("USAGE", `${JSON.stringify(text)} is no component`, { hint: "write it like plugins=3.0.1" });
}

async function notesOf(text: string): Promise<string> {
  if (!text.startsWith("@")) return text;
  return new TextDecoder().decode(await readSmall(text.slice(1), NOTES_LENGTH_MAX));
}
