/** Stands where a secret stood. */
export const STRIPPED = "[secret]";

const SECRET_NAME =
  "(?:[a-z0-9_-]*(?:password|passwd|passphrase|secret|token|credential|signature|api-?key|access-?key))";
/** `https://user:password@host`: everything between the scheme and the last @ before the path. */
const USER_OF_URL = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"']*@/gi;
/** `--token x`, `token=x`, `"token": "x"`, `Authorization: Bearer x`. A value ends at a blank, a quote or the next part of a query. */
const NAMED = new RegExp(`(\\b${SECRET_NAME}\\b["']?\\s*[=:]\\s*["']?)[^\\s"'&,;]+`, "gi");
const BEARER = /\b(authorization["']?\s*[=:]\s*["']?(?:[a-z]+\s+)?|bearer\s+)[^\s"',;]+/gi;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const SECRET_FLAG = new RegExp(`^--?${SECRET_NAME}$`, "i");
const SECRET_KEY = new RegExp(`^${SECRET_NAME}$`, "i");

/** Whether what bears this name is a secret, whatever it looks like. */
export function isSecretName(name: string): boolean {
  return SECRET_KEY.test(name);
}

/** The text without what looks like a secret by its shape or by the name in front of it. */
export function stripShapes(text: string): string {
  return text
    .replace(PRIVATE_KEY, STRIPPED)
    .replace(USER_OF_URL, `$1${STRIPPED}@`)
    .replace(BEARER, `$1${STRIPPED}`)
    .replace(NAMED, `$1${STRIPPED}`);
}

/** A command line without secrets: also the value that follows a flag of a secret's name as a word of its own. */
export function stripCommand(words: readonly string[]): string[] {
  return words.map((word, index) => (SECRET_FLAG.test(words[index - 1] ?? "") ? STRIPPED : stripShapes(word)));
}
