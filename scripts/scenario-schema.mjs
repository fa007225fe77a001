// Writes docs/scenario.schema.json, by which an editor completes and checks scenario.yaml: `node scripts/scenario-schema.mjs`.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ["src/scenarios/schema.ts"],
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
});
const [{ text }] = outputFiles;
const { scenarioJsonSchema } = await import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);
writeFileSync(`${root}/docs/scenario.schema.json`, `${JSON.stringify(scenarioJsonSchema(), undefined, 2)}\n`);
