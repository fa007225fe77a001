import { FieldtapeError } from "../errors.ts";
import type { Rename } from "./goldens/rename.ts";
import { loadScenario } from "./scenario.ts";

/** Names of the cases whose expectations, faults or rules speak of what is renamed in goldens: people write those, and people change them. */
export async function stillNamed(
  corpus: string,
  folders: readonly string[],
  rename: Rename,
): Promise<readonly string[]> {
  const word = rename.kind === "field" ? lastName(rename.path) : String(rename.from);
  const mentions = new RegExp(`(?<![\\w-])${word.replace(/[^\w\s-]/g, "\\$&")}(?![\\w-])`);
  const names: string[] = [];
  for (const folder of folders) {
    try {
      const { name, settings } = await loadScenario(corpus, folder);
      const { expect, faults, golden } = settings;
      if (mentions.test(JSON.stringify([expect, faults, golden]))) names.push(name);
    } catch (thrown) {
      // That it cannot be read is for suite run to say.
      if (!(thrown instanceof FieldtapeError)) throw thrown;
    }
  }
  return names;
}

const lastName = (path: string): string => path.slice(path.lastIndexOf(".") + 1);
