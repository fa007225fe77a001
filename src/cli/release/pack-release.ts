import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { writeWhole } from "../../ota/release/atomic-file.ts";
import { pack } from "../../ota/release/pack.ts";
import { makePayload } from "./payload-tree.ts";
import { NOTES_FILE, placeholders, type ReleaseContext, SAID_FILE } from "./release-context.ts";
import { filled, runCommand } from "./run-command.ts";
import { parseSaidVersions, type SaidVersions } from "./schema.ts";

/**
 * Packs what was built, with what it needs to run.
 *
 * @throws FieldtapeError those of packing, and INPUT_MALFORMED when the product is not the version that is released
 */
export async function packRelease(context: ReleaseContext): Promise<void> {
  const { settings, places, facts, platform, signer } = context;
  await makePayload(context);
  const said = await askVersions(context);
  await writeWhole(join(places.work, SAID_FILE), JSON.stringify(said ?? null), { mode: 0o644, force: true });
  const { minApp } = settings;
  await pack({
    folder: places.payload,
    out: places.packed,
    force: true,
    ...(settings.bakeTrust ? { root: signer.root.bytes } : {}),
    release: {
      product: settings.product,
      app: facts.version,
      release: facts.release,
      ...(minApp === undefined ? {} : { min_app: minApp }),
      plugin_abi: said?.plugin_abi ?? 1,
      config_schema: said?.config_schema ?? 1,
      data_schema: said?.data_schema ?? 1,
      compatible: settings.compatible,
      platform,
      git_sha: facts.commit,
      build_time: facts.date,
      components: {},
      notes: await readFile(join(places.staged, NOTES_FILE), "utf8"),
    },
  });
}

/** Asks the product as it is packed, not as it was built: what is missing there is missed here. */
async function askVersions(context: ReleaseContext): Promise<SaidVersions | undefined> {
  const { settings, places, facts, signal } = context;
  if (settings.versions === undefined) return undefined;
  const command = filled(settings.versions, placeholders(context));
  const said = parseSaidVersions(await runCommand(command, { folder: places.payload, signal, capture: true }));
  if (said?.app === facts.version) return said;
  const found = said === undefined ? "prints no versions" : `says that it is ${said.app}`;
  throw new FieldtapeError("INPUT_MALFORMED", `${command.join(" ")} ${found}, and ${facts.version} is released`, {
    hint: "it must print a JSON object with app, and may say plugin_abi, config_schema and data_schema",
  });
}

/** What the product said when it was packed. */
export async function readSaid({ places }: ReleaseContext): Promise<SaidVersions | undefined> {
  return parseSaidVersions(await readFile(join(places.work, SAID_FILE), "utf8"));
}
