import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { FieldtapeError } from "../../errors.ts";
import { FolderTransport } from "./folder-transport.ts";
import { HttpTransport } from "./http-transport.ts";
import type { Transport } from "./transport.ts";

/**
 * The way to a repository that a person named: a folder, a `file:` URL, an `http:` or `https:` URL.
 *
 * @throws FieldtapeError USAGE
 */
export function openRepository(text: string, folder: string): Transport {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return new FolderTransport(resolve(folder, text));
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (scheme === "http" || scheme === "https")) return new HttpTransport(url);
  if (url !== undefined && scheme === "file" && url.host === "") return new FolderTransport(fileURLToPath(url));
  throw new FieldtapeError("USAGE", `${JSON.stringify(text)} is no repository`, {
    hint: "name a folder, or a URL that begins with http:, https: or file:",
  });
}
