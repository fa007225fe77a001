/** Bytes of UTF-8: of a whole path, and of one name in it (what ext4, APFS and NTFS all take). */
const PATH_BYTES_MAX = 1_024;
const NAME_BYTES_MAX = 255;

/** Whatever comes after the first dot. */
const DEVICE_NAME = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/**
 * Why this must not be the path of a file in a package or a bundle; `undefined` if it may. A path is relative, has `/` between its names, and means
 * the same file on every system that fieldtape is made for: Windows takes fewer characters and names than others.
 */
export function pathProblem(path: string): string | undefined {
  if (path === "") return "is empty";
  if (utf8(path).length > PATH_BYTES_MAX) return `is longer than ${PATH_BYTES_MAX} bytes`;
  if (/\p{Surrogate}/u.test(path)) return "is no Unicode text";
  if (path.startsWith("/")) return "is absolute";
  if (/[\u0000-\u001f\u007f-\u009f]/.test(path)) return "has a control character";
  if (path.includes("\\")) return "has a backslash";
  if (/[<>:"|?*]/.test(path)) return 'has one of < > : " | ? *';
  for (const name of path.split("/")) {
    if (name === "") return "has an empty name";
    if (name === "." || name === "..") return `has "${name}"`;
    if (name.endsWith(".") || name.endsWith(" ")) return "has a name that ends with a dot or a blank";
    if (DEVICE_NAME.test(name)) return `has "${name}", which is a device on Windows`;
    if (utf8(name).length > NAME_BYTES_MAX) return `has a name longer than ${NAME_BYTES_MAX} bytes`;
  }
  return undefined;
}

/** What two paths have in common that some file system takes for the same: Unicode normalisation and case left aside. */
export function foldedPath(path: string): string {
  return path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

/**
 * The first path of the list that cannot stand beside the ones before it: the same file to some file system, or a file where another
 * path has a folder.
 */
export function collidingPath(paths: readonly string[]): string | undefined {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const path of paths) {
    const folded = foldedPath(path);
    if (files.has(folded) || folders.has(folded)) return path;
    files.add(folded);
    for (let cut = folded.lastIndexOf("/"); cut > 0; cut = folded.lastIndexOf("/", cut - 1)) {
      const folder = folded.slice(0, cut);
      if (files.has(folder)) return path;
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return undefined;
}

/** Orders paths by their bytes in UTF-8, as every machine does. */
export function comparePaths(a: string, b: string): number {
  const left = utf8(a);
  const right = utf8(b);
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
