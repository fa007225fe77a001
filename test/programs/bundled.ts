import { resolve } from "node:path";
import { build } from "esbuild";

/** Bundles one of these programs into `outfile`, so that plain Node can run it. */
export async function bundled(name: string, outfile: string): Promise<string> {
  const program = resolve(import.meta.dirname, name);
  await build({ entryPoints: [program], outfile, bundle: true, platform: "node", format: "esm", target: "node20" });
  return outfile;
}
