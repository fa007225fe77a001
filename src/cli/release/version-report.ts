import type { JsonObject } from "../../bytes/json.ts";
import { versions } from "../version.ts";
import type { ReleaseFacts, SaidVersions } from "./schema.ts";

export interface ReportOptions {
  readonly product: string;
  readonly platform: string;
  readonly facts: ReleaseFacts;
  /** What the built product says of itself. */
  readonly said: SaidVersions | undefined;
}

/** Every version that a release rests on. */
export function versionReport({ product, platform, facts, said }: ReportOptions): JsonObject {
  const { app, node } = versions();
  const { version, release, tag, commit, date } = facts;
  const own: JsonObject = JSON.parse(JSON.stringify(said ?? {}));
  return { product, version, release, tag, platform, commit, date, ...own, made_with: { fieldtape: app, node } };
}

/** The same for people: a line for each. */
export function reportText(report: JsonObject): string {
  const lines = Object.entries(report).map(([name, value]): readonly [string, string] => [
    name.replaceAll("_", " "),
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join("");
}
