import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { LITERAL_LENGTH_MIN } from "../../bundle/redaction/literal-forms.ts";
import { SecretScanner } from "../../bundle/redaction/secret-scanner.ts";
import { STANDARD_PROFILE } from "../../bundle/redaction/standard-profile.ts";
import { secretValues } from "./secrets.ts";
import { secretsPath } from "./secrets-file.ts";
import { STRIPPED } from "./strip-command.ts";

/** The text with every secret in it gone: values that this machine keeps as secrets, and what looks like one. */
export type StripText = (text: string) => string;

/** For logs and crash reports: a secrets file that would be refused is looked into all the same. Never throws. */
export function textStripper(environment: NodeJS.ProcessEnv): StripText {
  const literals = [...secretValues({}, environment), ...textsIn(fileValue(secretsPath(environment)))];
  const scanner = new SecretScanner({ profile: STANDARD_PROFILE, literals });
  return (text) => {
    const bytes = Buffer.from(text, "utf8");
    let told = "";
    let at = 0;
    for (const { start, end } of scanner.find(bytes)) {
      told += bytes.toString("utf8", at, start) + STRIPPED;
      at = end;
    }
    return at === 0 ? text : told + bytes.toString("utf8", at);
  };
}

function fileValue(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined; // there is none, or it is not readable: then nothing of it can be said either
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return value.length < LITERAL_LENGTH_MIN ? [] : [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
