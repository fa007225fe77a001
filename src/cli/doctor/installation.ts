import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { loadSerialLibrary } from "../../link/serial.ts";
import { programRoot } from "../program-root.ts";
import { VERSION } from "../version.ts";
import { type Finding, note, ok, problem, warning } from "./finding.ts";

/** Files without which some command does not work. */
const NEEDED = [
  "bin/run.js",
  "bin/updater.js",
  "bin/native-import.js",
  "bin/suite-worker.js",
  "dist/cli/main.cjs",
  "dist/suite/suite-worker.cjs",
  "dist/updater.js",
];
/** Majors of Node.js that fieldtape is tested on. */
const TESTED = [20, 24];

/** Node.js and fieldtape's own files. */
export async function examineInstallation(root = programRoot()): Promise<readonly Finding[]> {
  return [node(process.versions.node), ...files(root), await serialLibrary()];
}

export function node(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    return problem("node", `Node.js ${version} is too old`, "install Node.js 20.19 or later");
  if (TESTED.includes(major)) return ok("node", `Node.js ${version}`);
  return note("node", `Node.js ${version}; fieldtape is tested on ${TESTED.join(" and ")}`);
}

function files(root: string): readonly Finding[] {
  const missing = NEEDED.filter((name) => !existsSync(join(root, name)));
  if (missing.length > 0) {
    const advice = "install it again; in a checkout run npm ci && npm run build";
    return [problem("installation", `${missing.join(", ")} missing in ${root}`, advice)];
  }
  const built = packageVersion(join(root, "oclif.manifest.json"));
  if (built === undefined)
    return [warning("installation", "there is no list of commands: each start is slow", "install it again")];
  if (built !== packageVersion(join(root, "package.json")))
    return [
      warning("installation", "the list of commands is of another version", "install it again, or build it anew"),
    ];
  return [ok("installation", `fieldtape ${VERSION.version} in ${root}`)];
}

/** The version that a JSON file names. */
function packageVersion(path: string): string | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value !== "object" || value === null || !("version" in value)) return undefined;
    return String(value.version);
  } catch {
    return undefined;
  }
}

async function serialLibrary(): Promise<Finding> {
  try {
    await loadSerialLibrary();
    return ok("serial library", "loads");
  } catch (thrown) {
    const said = thrown instanceof Error ? (thrown.message.split("\n")[0] ?? "") : String(thrown);
    return problem(
      "serial library",
      `does not load: ${said}`,
      "record serial and replay --to serial do not work: install fieldtape again on this machine (npm rebuild serialport)",
    );
  }
}
