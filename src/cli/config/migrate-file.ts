import { statSync } from "node:fs";
import { extname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { FieldtapeError } from "../../errors.ts";
import { isConfigText, readConfigText } from "./config-file.ts";
import { CONFIG_SCHEMA } from "./config-schema.ts";
import { parseConfigText } from "./config-text.ts";
import { migrateDocument } from "./migrate-config.ts";

/**
 * Brings the file to the newest schema, whole or not at all, with the mode that it has.
 *
 * @returns its new text; `undefined` when nothing has to change
 * @throws FieldtapeError USAGE for one that is code; CONFIG_INVALID, INPUT_MISSING, INPUT_UNREADABLE, OUTPUT_FAILED
 */
export async function migrateFile(file: string, options: { readonly write: boolean }): Promise<string | undefined> {
  if (!isConfigText(file)) {
    throw new FieldtapeError("USAGE", "a configuration that is code is not rewritten", {
      file,
      hint: `write schema: ${CONFIG_SCHEMA} into it by hand; until then it is migrated each time it is read`,
    });
  }
  const { document } = parseConfigText(await readConfigText(file), file);
  if (!migrateDocument(document)) return undefined;
  const text =
    extname(file) === ".json"
      ? `${JSON.stringify(document.toJS(), undefined, 2)}\n`
      : document.toString({ lineWidth: 0 });
  if (options.write) await replace(file, text);
  return text;
}

async function replace(file: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(file, text, { mode: statSync(file).mode & 0o777 });
  } catch (cause) {
    throw new FieldtapeError("OUTPUT_FAILED", "cannot write the configuration", { file, cause });
  }
}
