import { dirname, join, resolve } from "node:path";
import type { Json, JsonObject } from "../bytes/json.ts";
import { FieldtapeError } from "../errors.ts";
import type { ChainPlan } from "../machine/chain-plan.ts";
import type { PluginParts } from "../plugin/abi.ts";
import type { ProcessLimits } from "../plugin/process-limits.ts";
import { machineSubject } from "../replayer/machine-subject.ts";
import type { Subject } from "../replayer/subject.ts";
import { framerNamed } from "./named-framer.ts";
import { programRoot } from "./program-root.ts";
import { realWorld } from "./wiring.ts";

/**
 * A module's machines in this process.
 *
 * @throws FieldtapeError what loading it throws; SUBJECT_CRASHED when its `create` throws; OPTIONS_INVALID
 */
export async function moduleInProcess(name: string, path: string, options: Json): Promise<Subject> {
  const { loadModule } = await import("../plugin/module-file.ts");
  const { create } = await loadModule(path);
  let parts: PluginParts;
  try {
    parts = create(options);
  } catch (cause) {
    throw new FieldtapeError("SUBJECT_CRASHED", "the module's create() threw", { file: path, cause });
  }
  const problem = partsProblem(parts);
  if (problem !== undefined)
    throw new FieldtapeError("OPTIONS_INVALID", `the module's create() ${problem}`, { file: path });
  const { framer, session } = parts;
  const framing =
    framer === undefined
      ? undefined
      : "step" in framer
        ? { name: framer.name, machine: framer, options }
        : await framerNamed(framer);
  const plan: ChainPlan = {
    role: parts.role ?? "observer",
    ...(framing === undefined ? {} : { framer: framing }),
    ...(session === undefined ? {} : { session: { name: session.name, machine: session, config: options } }),
  };
  return machineSubject({ name, role: plan.role, parse: () => plan });
}

/** What a type cannot hold a module to. */
function partsProblem(parts: unknown): string | undefined {
  if (typeof parts !== "object" || parts === null) return "returned no object";
  if ("then" in parts) return "returned a promise: what its machines wait for must be awaited before it is called";
  const framer = "framer" in parts ? parts.framer : undefined;
  const session = "session" in parts ? parts.session : undefined;
  return framer === undefined && session === undefined ? "returned neither a framer nor a session" : undefined;
}

/**
 * A module in a process of its own, which holds it.
 *
 * @throws FieldtapeError OPTIONS_INVALID for a module of another ABI, before any code of it runs; what loading it there throws
 */
export async function moduleApart(
  name: string,
  path: string,
  { config, limits }: { readonly config: JsonObject; readonly limits: ProcessLimits },
): Promise<Subject> {
  const { refuseOtherAbi } = await import("../plugin/manifest.ts");
  refuseOtherAbi(path);
  const { moduleCommand } = await import("../plugin/module-command.ts");
  const { contained, containment } = await import("../plugin/sandbox.ts");
  const { ProcessSubject } = await import("../plugin/process-subject.ts");
  const program = programRoot();
  const host = join(program, "dist", "cli", "plugin-host.js");
  const { memory } = limits;
  const command = moduleCommand({ module: resolve(path), host, program, name, memory });
  const options = {
    name,
    file: path,
    command: async () => contained(command, memory, await containment()),
    folder: dirname(path),
    limits,
    clock: realWorld({ sleep: "coarse" }).clock,
  };
  return ProcessSubject.asked(options, { config, channels: [], seed: 0, faults: [] });
}
