import { isSecretName } from "../../bundle/redaction/secret-names.ts";

/** Stands where a secret stood. */
export const STRIPPED = "[secret]";

/** A command line without what stands behind a flag or a `name=` of a secret's name. What looks like a secret in other words is for whoever strips texts. */
export function stripCommand(words: readonly string[]): string[] {
  return words.map((word, index) => {
    if (isSecretFlag(words[index - 1] ?? "")) return STRIPPED;
    const [flag = "", ...value] = word.split("=");
    return value.length > 0 && /^[\w.-]+$/.test(flag) && isSecretName(flag.replace(/^-+/, ""))
      ? `${flag}=${STRIPPED}`
      : word;
  });
}

function isSecretFlag(word: string): boolean {
  return word.startsWith("-") && !word.includes("=") && isSecretName(word.replace(/^-+/, ""));
}
