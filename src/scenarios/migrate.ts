import { lstatSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { FieldtapeError } from "../errors.ts";
import { isSaid, type Said } from "../replayer/divergence.ts";
import { caseName, GOLDEN_FILE } from "./case-folder.ts";
import { openCaseTape } from "./case-tape.ts";
import { goldenText, writeGolden } from "./golden.ts";
import { isDigest } from "./goldens/canonical.ts";
import { type Rename, renamed } from "./goldens/rename.ts";
import { keepChange } from "./keep-change.ts";

export interface MigrateOptions {
  readonly corpus: string;
  readonly folders: readonly string[];
  readonly rename: Rename;
  /** Why; kept below the corpus's `changes/`. */
  readonly reason: string;
  /** Says what would be done. */
  readonly dryRun: boolean;
}

/** What became of one golden. */
export interface Migrated {
  readonly name: string;
  /** The golden's file in its case's folder. */
  readonly file: string;
  /** Records in which something was renamed. */
  readonly records: number;
  /** It holds digests alone: accept it anew. */
  readonly digest: boolean;
}

/**
 * Applies a rename to every golden of these cases, variants included. Each one is read, renamed, and turned back to show that nothing else
 * changed; if that fails for one, nothing at all is written.
 *
 * @throws FieldtapeError INPUT_MALFORMED with file and line; what reading a golden throws
 */
export async function migrate(options: MigrateOptions): Promise<readonly Migrated[]> {
  const { corpus, folders, rename, reason, dryRun } = options;
  if (reason.trim() === "") throw new FieldtapeError("USAGE", "the reason must say why this is right now");
  const planned: Planned[] = [];
  for (const folder of folders) {
    for (const file of goldensIn(folder)) planned.push(await plan(join(folder, file), rename));
  }
  const changed = planned.filter(({ after }) => after !== undefined);
  if (!dryRun && changed.length > 0) {
    const goldens = changed.map(({ path }) => caseName(corpus, path));
    await keepChange(corpus, stringify({ reason, rename, goldens }));
    for (const { path, after } of changed) await writeGolden(path, after);
  }
  return planned.map(({ path, records, digest }) => {
    const place = caseName(corpus, path);
    const cut = place.lastIndexOf("/");
    return { name: place.slice(0, Math.max(0, cut)), file: place.slice(cut + 1), records, digest };
  });
}

interface Planned {
  readonly path: string;
  /** `undefined`: nothing in it is meant. */
  readonly after: string | undefined;
  readonly records: number;
  readonly digest: boolean;
}

/** The common golden and those of the variants. */
function goldensIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name === GOLDEN_FILE || /^golden\.[a-z0-9-]+\.jsonl$/.test(name))
    .toSorted();
}

async function plan(path: string, rename: Rename): Promise<Planned> {
  const before = await readCanonical(path);
  const digest = before.some(isDigest);
  const after = digest ? undefined : renamedIn(path, before, rename);
  const records = after === undefined ? 0 : after.filter((record, index) => record !== before[index]).length;
  return { path, after: after && goldenText(after), records, digest };
}

function renamedIn(file: string, before: readonly Said[], rename: Rename): readonly Said[] | undefined {
  try {
    return renamed(before, rename);
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError) || thrown.code !== "INPUT_MALFORMED") throw thrown;
    const { line, hint } = thrown;
    throw new FieldtapeError("INPUT_MALFORMED", thrown.message, {
      file,
      ...(line === undefined ? {} : { line }),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** Only of a golden that is stored canonical can it be shown that nothing else changed. */
async function readCanonical(path: string): Promise<readonly Said[]> {
  // A corpus may come from outside: nothing behind a link is written.
  if (lstatSync(path).isSymbolicLink()) {
    throw new FieldtapeError("SCENARIO_INVALID", "the golden is a link", {
      file: path,
      hint: "put the file in its place",
    });
  }
  const said: Said[] = [];
  await using reader = await openCaseTape(path);
  for await (const { records } of reader.batches({ verify: false })) {
    for (const record of records) if (isSaid(record)) said.push(record);
  }
  if (goldenText(said) === (await readFile(path, "utf8"))) return said;
  throw new FieldtapeError("INPUT_MALFORMED", "the golden is not as fieldtape writes it", {
    file: path,
    hint: "accept it anew first",
  });
}
