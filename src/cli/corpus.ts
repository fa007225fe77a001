import { resolve, sep } from "node:path";

/** The corpus that a part of it belongs to, so that a case has one name however it is reached: `corpora` here, or the folder itself. */
export function corpusAround(folder: string): string {
  const usual = resolve("corpora");
  return folder === usual || folder.startsWith(`${usual}${sep}`) ? usual : folder;
}
