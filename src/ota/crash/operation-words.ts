import type { FileOperation } from "../update/durable-fs.ts";

/** An operation in a few words, for people. */
export function operationWords(operation: FileOperation): string {
  const path = short(operation.path);
  switch (operation.do) {
    case "rename":
      return `rename ${short(operation.from)} to ${path}`;
    case "copy":
      return `copy ${short(operation.from)} to ${path}`;
    case "link":
      return `link ${path} to ${operation.target}`;
    default:
      return `${operation.do.replaceAll("-", " ")} ${path}`;
  }
}

/** Digests are long, and their beginning is enough to tell them apart. */
function short(path: string): string {
  return path === "" ? "the top" : path.replaceAll(/([0-9a-f]{8})[0-9a-f]{56}/g, "$1…");
}
