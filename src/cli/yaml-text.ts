import { parse } from "yaml";

/** The value of a YAML text. A file of its own, to be loaded when it is needed: a bundled CommonJS package, loaded so itself, has no names. */
export function parseYaml(text: string, aliasesMax: number): unknown {
  return parse(text, { maxAliasCount: aliasesMax });
}
