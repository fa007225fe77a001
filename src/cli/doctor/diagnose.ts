import { failure } from "../failure.ts";
import { stateFolder } from "../state-folder.ts";
import type { World } from "../wiring.ts";
import { examineClocks } from "./clocks.ts";
import { examineConfiguration, examineSecrets } from "./configuration.ts";
import { examineDisk } from "./disk.ts";
import { type Finding, problem } from "./finding.ts";
import { examineFolders } from "./folders.ts";
import { examineInstallation } from "./installation.ts";
import { examineNetwork } from "./network.ts";
import { examineSandbox } from "./sandbox.ts";
import { examineSerial } from "./serial.ts";
import { examineTools } from "./tools.ts";

export interface Examined {
  /** The folder that the command was started in. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly world: World;
  /** `--config` and `--no-config` */
  readonly configuration: { readonly file: string | undefined; readonly none: boolean };
  readonly signal: AbortSignal;
}

/** Looks at everything that fieldtape meets on this machine. One after the other: what is measured is not disturbed. */
export async function diagnose(examined: Examined): Promise<readonly Finding[]> {
  const { folder, environment, world, signal } = examined;
  const now = world.wall.wallNow();
  const looks: readonly (readonly [about: string, look: () => readonly Finding[] | Promise<readonly Finding[]>])[] = [
    ["installation", () => examineInstallation()],
    ["configuration", () => examineConfiguration({ folder, environment, now, ...examined.configuration })],
    ["secrets", () => examineSecrets(environment)],
    ["folders", () => examineFolders(folder, stateFolder(environment))],
    ["disk", () => examineDisk(folder, world.clock)],
    ["clocks", () => examineClocks(world, signal)],
    ["ports", () => examineNetwork()],
    ["serial ports", () => examineSerial()],
    ["own programs", () => examineSandbox()],
    ["optional programs", () => examineTools(environment["PATH"] ?? "")],
  ];
  const findings: Finding[] = [];
  for (const [about, look] of looks) {
    signal.throwIfAborted();
    try {
      findings.push(...(await look()));
    } catch (thrown) {
      signal.throwIfAborted();
      findings.push(problem(about, failure(thrown, false).words.replace(/^error: /, "")));
    }
  }
  return findings;
}
