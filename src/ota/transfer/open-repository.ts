import { statSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { FieldtapeError } from "../../errors.ts";
import { FolderTransport } from "./folder-transport.ts";
import { HttpTransport } from "./http-transport.ts";
import type { Transport } from "./transport.ts";

/**
 * The way to a repository that a person named: a folder, a `file:` URL, an `http:` or `https:` URL.
 *
 * @throws FieldtapeError USAGE; INPUT_MISSING for a folder that is not there: a stick that is pulled out meanwhile is waited for
 */
export function openRepository(text: string, folder: string): Transport {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return folderTransport(resolve(folder, text));
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (scheme === "http" || scheme === "https")) return new HttpTransport(url);
  if (url !== undefined && scheme === "file" && url.host === "") return folderTransport(fileURLToPath(url));
  throw new FieldtapeError("USAGE", `${JSON.stringify(shown(text))} is no repository`, {
    hint: "name a folder, or a URL that begins with http:, https: or file:",
  });
}

/** Without user, password and query, however wrong the rest is. */
function shown(text: string): string {
  return text.replace(/[?#].*$/s, "").replace(/(:\/*).*@/s, "$1");
}

function folderTransport(path: string): FolderTransport {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return new FolderTransport(path);
  throw new FieldtapeError("INPUT_MISSING", "there is no such repository", {
    file: path,
    hint: "name its folder, or a URL that begins with http:, https: or file:",
  });
}
