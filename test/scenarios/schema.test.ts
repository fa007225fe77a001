import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { scenarioJsonSchema } from "../../src/scenarios/schema.ts";

test("the published schema of scenario.yaml is the one that scenarios are read by", () => {
  const published = readFileSync(new URL("../../docs/scenario.schema.json", import.meta.url), "utf8");
  // `node scripts/scenario-schema.mjs` writes it anew.
  expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema())));
});
