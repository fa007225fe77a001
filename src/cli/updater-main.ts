import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { FieldtapeError } from "../errors.ts";
import { plus, seconds } from "../time/nanos.ts";
import { EXIT, EXIT_OF_ERROR } from "./exit.ts";
import { exitOf, progressWords, resultJson } from "./ota/device/device-words.ts";
import { type DeviceRunResult, runDevice } from "./ota/device/run-device.ts";
import { RESULT_FILE, UPDATER_FOLDER } from "./ota/device/updater-folder.ts";
import { realWorld } from "./wiring.ts";

// The external updater: one file that needs nothing but Node, run from outside the versions that it switches. It belongs to nobody:
// whoever started it may go. If it is ended itself, the journal knows how far it came, and `ota device resume` goes on.

/** Whoever started us may still hold the installation. */
const LOCK_PATIENCE = seconds(30);
const LOCK_RETRY = seconds(0.2);

interface Request {
  readonly root: string;
  readonly waitFor: number | undefined;
  readonly events: string | undefined;
  readonly yes: boolean;
}

function parseRequest(args: readonly string[]): Request {
  const { values } = parseArgs({
    args: [...args],
    options: {
      install: { type: "string" },
      "wait-pid": { type: "string" },
      events: { type: "string" },
      yes: { type: "boolean" },
    },
  });
  const pid = values["wait-pid"];
  if (values.install === undefined || (pid !== undefined && !/^[0-9]{1,9}$/.test(pid)))
    throw new FieldtapeError("USAGE", "usage: updater.js --install DIR [--wait-pid PID] [--events FILE] [--yes]");
  const { install: root, events, yes = false } = values;
  return { root, waitFor: pid === undefined ? undefined : Number(pid), events, yes };
}

async function run({ root, waitFor, events, yes }: Request): Promise<DeviceRunResult> {
  const { clock } = realWorld({ sleep: "coarse" });
  const { signal } = new AbortController();
  const observe: Parameters<typeof runDevice>[0]["observe"] = (observation) => {
    const words = progressWords(observation);
    if (words !== undefined) process.stderr.write(`${words}\n`);
  };
  for (;;) {
    try {
      return await runDevice({ root, command: { name: "resume" }, yes, waitFor, events, observe, signal });
    } catch (thrown) {
      const held = thrown instanceof FieldtapeError && thrown.code === "OUTPUT_FAILED";
      if (!held || clock.now() > LOCK_PATIENCE) throw thrown;
      await clock.sleepUntil(plus(clock.now(), LOCK_RETRY), signal);
    }
  }
}

async function main(): Promise<number> {
  const request = parseRequest(process.argv.slice(2));
  const result = await run(request);
  mkdirSync(join(request.root, UPDATER_FOLDER), { recursive: true });
  const line = `${JSON.stringify(resultJson(result))}\n`;
  writeFileSync(join(request.root, RESULT_FILE), line, { mode: 0o600 });
  process.stdout.write(line);
  return exitOf({ name: "resume" }, result);
}

try {
  process.exitCode = await main();
} catch (thrown) {
  process.stderr.write(`error: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = thrown instanceof FieldtapeError ? EXIT_OF_ERROR[thrown.code] : EXIT.bug;
}
