import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { FieldtapeError } from "../../errors.ts";
import { onDisk } from "../../tape/tape-disk.ts";
import { releaseBill } from "./bill-of-materials.ts";
import { licenceTexts, refuseForbidden } from "./licence-texts.ts";
import type { ReleaseContext } from "./release-context.ts";
import { runCommand } from "./run-command.ts";
import {
  type BillOfMaterials,
  type PackageLock,
  parseBillOfMaterials,
  parsePackageJson,
  parsePackageLock,
} from "./schema.ts";
import { type ShippedPackage, shippedPackages } from "./shipped-packages.ts";

export const BILL_FILE = "sbom.cdx.json";
export const LICENCES_FILE = "THIRD-PARTY-LICENCES.txt";

/**
 * The packages of npm that are shipped, each as the lockfile has it.
 *
 * @throws FieldtapeError INCOMPLETE where what is installed is not what the lockfile says
 */
export async function shippedWith({ settings, places }: ReleaseContext): Promise<readonly ShippedPackage[]> {
  const { modules } = settings;
  if (modules === undefined) return [];
  const lock = await readLock(places.source);
  const installed = (path: string): boolean => existsSync(join(places.source, path, "package.json"));
  const { packages, missing } = shippedPackages(lock, { bundled: new Set(modules.bundled), installed });
  const wrong: string[] = missing.map((name) => `${name} is not installed`);
  for (const { path, name, version } of packages) {
    const found = parsePackageJson(await readFile(join(places.source, path, "package.json"), "utf8"))?.version;
    if (found !== version) wrong.push(`${name} is ${found ?? "nothing known"} and not ${version}`);
  }
  if (wrong.length === 0) return packages;
  throw new FieldtapeError(
    "INCOMPLETE",
    `what is installed is not what the lockfile says\n    ${wrong.join("\n    ")}`,
    {
      hint: "run npm ci",
    },
  );
}

/**
 * Writes the bill of materials and the licence texts of what is shipped.
 *
 * @returns the names of the files
 * @throws FieldtapeError USAGE for a licence that is not allowed, INCOMPLETE
 */
export async function writeThirdParties(context: ReleaseContext): Promise<readonly string[]> {
  const { settings, places, tell } = context;
  if (settings.modules === undefined) return [];
  const shipped = await shippedWith(context);
  refuseForbidden(shipped, new Set(settings.modules.licences));
  const { text, without } = await licenceTexts(places.source, shipped);
  if (without.length > 0) tell(`  no licence text in ${without.join(", ")}: what their manifests name is all there is`);
  const { bill, missing } = releaseBill(await npmBill(context), { ...settings, ...context, shipped });
  if (missing.length > 0)
    throw new FieldtapeError("INCOMPLETE", `npm's bill of materials leaves out ${missing.join(", ")}`);
  await onDisk(places.staged, writeFile(join(places.staged, LICENCES_FILE), text));
  await onDisk(places.staged, writeFile(join(places.staged, BILL_FILE), `${JSON.stringify(bill, undefined, 2)}\n`));
  return [BILL_FILE, LICENCES_FILE];
}

/** Of the lockfile, without what is for development: npm leaves out what both need when it is asked to omit the one. */
async function npmBill({ places, signal }: ReleaseContext): Promise<BillOfMaterials> {
  const folder = join(places.work, "bill");
  await onDisk(folder, mkdir(folder, { recursive: true }));
  const lock = await readLock(places.source);
  const own = parsePackageJson(await readFile(join(places.source, "package.json"), "utf8"));
  const shipped = Object.entries(lock.packages).filter(([, { dev }]) => dev !== true);
  const packages = Object.fromEntries(shipped.map(([path, one]) => [path, { ...one, devDependencies: undefined }]));
  const write = (name: string, value: object): Promise<void> =>
    onDisk(folder, writeFile(join(folder, name), JSON.stringify(value)));
  await write("package.json", { ...own, devDependencies: undefined, scripts: undefined });
  await write("package-lock.json", { ...lock, packages });
  const text = await runCommand([...npm(), "sbom", "--sbom-format=cyclonedx", "--package-lock-only", "--offline"], {
    folder,
    signal,
    capture: true,
  });
  const bill = parseBillOfMaterials(text);
  if (bill !== undefined) return bill;
  throw new FieldtapeError("INPUT_MALFORMED", "npm sbom printed no bill of materials in CycloneDX");
}

/** The npm that runs us, or the one that is found. */
function npm(): readonly string[] {
  const running = process.env["npm_execpath"];
  return running === undefined || !running.endsWith("npm-cli.js") ? ["npm"] : [process.execPath, running];
}

async function readLock(folder: string): Promise<PackageLock> {
  const file = join(folder, "package-lock.json");
  const lock = parsePackageLock(await readFile(file, "utf8").catch(() => ""));
  if (lock !== undefined) return lock;
  throw new FieldtapeError("INPUT_MALFORMED", "is no lockfile of npm", {
    file,
    hint: "run npm install --package-lock-only",
  });
}
