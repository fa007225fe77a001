// Bundles the benchmarks (they are TypeScript, and Node 20 reads none) and runs them.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

// Node 20 reads these certificates at every start, ours and our peers': 65 ms that would be measured and are neither's.
delete process.env.NODE_EXTRA_CA_CERTS;

const root = fileURLToPath(new URL("..", import.meta.url));
// Inside the project, so that packages are found.
const folder = mkdtempSync(join(root, "dist", "bench-"));
try {
  await build({
    absWorkingDir: root,
    entryPoints: ["bench/main.ts"],
    outfile: join(folder, "main.mjs"),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    packages: "external",
    logLevel: "warning",
  });
  const { main } = await import(pathToFileURL(join(folder, "main.mjs")).href);
  process.exitCode = await main(process.argv.slice(2), root);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
