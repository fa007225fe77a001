import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { readSmall } from "../../ota/release/input-file.ts";
import { isLicenceAllowed } from "./licence-rule.ts";
import type { ShippedPackage } from "./shipped-packages.ts";

/** One text, and of all of a package together no more than this. */
const TEXT_BYTES_MAX = 1024 * 1024;
const TEXT_NAME = /^(licen[cs]es?|copying|unlicense|notice)([._-].*)?$/i;
const RULE = "=".repeat(80);

export interface LicenceTexts {
  /** The licences of everything that is shipped, in one text. */
  readonly text: string;
  /** Packages that bring no text of their licence; what their manifest says of it is all there is. */
  readonly without: readonly string[];
}

/** @throws FieldtapeError USAGE naming what may not be shipped */
export function refuseForbidden(shipped: readonly ShippedPackage[], allow: ReadonlySet<string>): void {
  const forbidden = shipped.filter(({ licence }) => !isLicenceAllowed(licence, allow));
  if (forbidden.length === 0) return;
  const named = forbidden.map(
    ({ name, version, licence }) => `${name} ${version}: ${licence === "" ? "none" : licence}`,
  );
  throw new FieldtapeError("USAGE", `licences that are not in the list\n    ${named.join("\n    ")}`, {
    hint: "do without these packages, or add their licences to release.modules.licences",
  });
}

/**
 * Reads the licence texts of packages as they are installed in a project.
 *
 * @throws FieldtapeError INPUT_UNREADABLE, LIMIT_EXCEEDED
 */
export async function licenceTexts(project: string, shipped: readonly ShippedPackage[]): Promise<LicenceTexts> {
  const without: string[] = [];
  const pieces: string[] = [];
  for (const { path, name, version, licence } of shipped) {
    const folder = join(project, path);
    const names = (await readdir(folder, { withFileTypes: true }))
      .filter((entry) => entry.isFile() && TEXT_NAME.test(entry.name))
      .map((entry) => entry.name)
      .toSorted();
    const texts: string[] = [];
    for (const file of names) texts.push(decoded(await readSmall(join(folder, file), TEXT_BYTES_MAX)));
    if (texts.length === 0) without.push(`${name} ${version}`);
    const body =
      texts.length === 0 ? "The package has no text of its licence." : texts.join(`\n\n${"-".repeat(80)}\n\n`);
    pieces.push(`${RULE}\n${name} ${version}\n${licence === "" ? "no licence named" : licence}\n${RULE}\n\n${body}\n`);
  }
  return { text: pieces.join("\n"), without };
}

/** Line ends as one machine and the other may have written them. */
function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/\r\n?/g, "\n").trim();
}
