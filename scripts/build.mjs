// Builds dist/: the program in a few files that load as they are needed, compiled ahead; threads, hosts and screens; and the command manifest
// for oclif, so that a plain command starts without loading the others.
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { rolldown } from "rolldown";
import { BUNDLED } from "./bundled.mjs";
import { commandsByCodeUnit, nativeImports, screensApart } from "./program-plugins.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version, dependencies } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));

/** The commit that is built, or "unknown" outside a checkout (a packed tarball). */
function gitRevision() {
  try {
    return execFileSync("git", ["rev-parse", "--short=12", "HEAD"], { cwd: root, stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  } catch {
    return "unknown";
  }
}

// Some bundled packages are CommonJS: they call require, and write-file-atomic makes names from that of its file.
const banner = {
  js: 'import { createRequire as createRequireHere } from "node:module"; import { fileURLToPath as fileURLToPathHere } from "node:url"; const require = createRequireHere(import.meta.url); const __filename = fileURLToPathHere(import.meta.url);',
};
const define = { FIELDTAPE_VERSION: JSON.stringify(version), FIELDTAPE_GIT: JSON.stringify(gitRevision()) };

/** Of everything that runs, by its place and content: one build is told from another by it. */
function digestOf(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((path) => /\.c?js$/.test(path));
  const hash = createHash("sha256");
  for (const path of files.toSorted())
    hash
      .update(`${path}\n`)
      .update(readFileSync(`${folder}/${path}`))
      .update("\n");
  return hash.digest("hex");
}

/** The types of `fieldtape/plugin`, for those who write subjects of their own. TypeScript leaves our `.ts` in their imports. */
async function emitTypes(folder) {
  await promisify(execFile)(
    process.execPath,
    [`${root}/node_modules/typescript/bin/tsc`, "-p", "tsconfig.plugin.json", "--outDir", folder],
    { cwd: root },
  );
  for (const entry of readdirSync(`${root}/${folder}`, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = `${entry.parentPath}/${entry.name}`;
    writeFileSync(path, readFileSync(path, "utf8").replace(/(from "\.[^"]*)\.ts"/g, '$1.js"'));
  }
}

// Built beside and put in place at once: whoever runs the program meanwhile finds the one build or the other.
const next = `dist.next-${process.pid}`;
const types = emitTypes(`${next}/types`);
const external = [
  ...Object.keys(dependencies).filter((name) => !BUNDLED.includes(name)),
  "bullmq",
  "typescript",
  "ts-node",
  "react-devtools-core",
];

/**
 * Builds what is loaded at the start of a command or of a thread, as CommonJS: only what is required can be compiled ahead on Node 20
 * (docs/adr/0041). By rolldown, because esbuild splits no CommonJS.
 */
async function buildRequired({ input, chunks, ...output }) {
  const built = await rolldown({
    cwd: root,
    input,
    platform: "node",
    transform: { target: "node20.19", define },
    external: (id) => external.some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [screensApart, commandsByCodeUnit, nativeImports],
  });
  await built.write({
    dir: `${root}/${next}`,
    format: "cjs",
    entryFileNames: "[name].cjs",
    chunkFileNames: `${chunks}/[name]-[hash].cjs`,
    sourcemap: true,
    ...output,
  });
  await built.close();
}
await buildRequired({
  input: { "cli/main": "src/cli/main.ts", "cli/command-table": "src/cli/command-table.ts" },
  chunks: "chunks",
});
// What every case needs is one file, whose parts call each other without a detour; what few need are others.
await buildRequired({
  input: { "suite/suite-worker": "src/cli/suite/suite-worker.ts" },
  chunks: "suite",
  codeSplitting: { groups: [{ name: "every-case", tags: ["$initial"] }] },
});

// Ink cannot be required, modules of others are not ours to require, and a host is held by what it may read: these are ES modules.
const common = {
  absWorkingDir: root,
  outdir: next,
  outbase: "src",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  external,
  banner,
  jsx: "automatic",
  sourcemap: true,
  sourcesContent: false,
  define,
  logLevel: "warning",
};
await build({
  ...common,
  entryPoints: [
    ...["open-screen.tsx", "playback-screen.tsx", "review-screen.tsx", "recording-screen-main.ts"].map(
      (name) => `src/cli/screens/${name}`,
    ),
    "src/plugin/author.ts",
  ],
  splitting: true,
  chunkNames: "chunks/esm/[name]-[hash]",
});
// A run starts several of each at once: one file to open instead of the program's sixty.
await build({ ...common, entryPoints: ["src/cli/plugin-host.ts", "src/plugin/kaitai/kaitai-module.ts"] });
await build({
  ...common,
  entryPoints: ["src/cli/suite/suite-process.ts"],
  splitting: true,
  chunkNames: "chunks/suite-process/[name]-[hash]",
});
// The external updater runs outside the versions that it switches: one file that needs nothing but Node.
await build({
  absWorkingDir: root,
  entryPoints: { updater: "src/cli/updater-main.ts" },
  outdir: next,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  external: ["typescript", "ts-node", "jiti"],
  banner,
  minify: true,
  define,
  logLevel: "warning",
});
await types;
writeFileSync(`${root}/${next}/digest`, digestOf(`${root}/${next}`));
rmSync(`${root}/dist`, { recursive: true, force: true });
renameSync(`${root}/${next}`, `${root}/dist`);
execFileSync(process.execPath, [`${root}/node_modules/oclif/bin/run.js`, "manifest"], {
  cwd: root,
  stdio: ["ignore", "ignore", "inherit"],
  env: { ...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: "true" },
});

execFileSync(process.execPath, [`${root}/scripts/compile-ahead.cjs`], { stdio: ["ignore", "ignore", "pipe"] });
