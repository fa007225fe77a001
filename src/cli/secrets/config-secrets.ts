import { isSecretName } from "../../bundle/redaction/secret-names.ts";
import { SecretScanner } from "../../bundle/redaction/secret-scanner.ts";
import { STANDARD_PROFILE } from "../../bundle/redaction/standard-profile.ts";
import type { ShapeProblem } from "../../bytes/shape-problems.ts";

const BELONGS =
  "is a secret, and a configuration is shared: put it into secrets.json, which only you can read, or into an environment variable (docs/redaction.md)";
const DEPTH_MAX = 64;

/** Each thing in a configuration that is a secret by its name or by how it looks; none tells its value. */
export function secretsInConfig(value: unknown): readonly ShapeProblem[] {
  const scanner = new SecretScanner({ profile: STANDARD_PROFILE, literals: [] });
  // An e-mail address is no secret of a project.
  const looksSecret = (text: string): boolean =>
    scanner.find(new TextEncoder().encode(text)).some(({ name }) => name !== "email");
  const problems: ShapeProblem[] = [];
  const look = (inside: unknown, path: readonly string[]): void => {
    if (path.length > DEPTH_MAX) return;
    if (typeof inside === "string") {
      if ((named(path) && inside !== "") || looksSecret(inside)) problems.push({ path, message: BELONGS });
    } else if (typeof inside === "object" && inside !== null)
      for (const [name, member] of Object.entries(inside)) look(member, [...path, name]);
  };
  look(value, []);
  return problems;
}

/** A profile names its patterns for what they find. */
function named(path: readonly string[]): boolean {
  return path[0] !== "redaction" && isSecretName(path.at(-1) ?? "");
}
