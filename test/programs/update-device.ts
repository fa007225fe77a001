// Runs one session of the updater on a real disk, and is killed by itself before its Nth write: `update-device ROOT COMMAND [N]`.
// Its last line says how it ended, and how many writes that took.
import { Buffer } from "node:buffer";
import { readdirSync } from "node:fs";
import process from "node:process";
import { announces, sampleReleases } from "../../src/ota/crash/sample-releases.ts";
import type { FileAnswer, FileOperation } from "../../src/ota/update/durable-fs.ts";
import { performAll } from "../../src/ota/update/durable-fs.ts";
import { RealFs } from "../../src/ota/update/real-fs.ts";
import { updater } from "../../src/ota/update/updater.ts";
import type { UpdaterAnswer, UpdaterAsk } from "../../src/ota/update/updater-ask.ts";
import { DEFAULT_POLICY, type UpdaterCommand, type UpdaterInput } from "../../src/ota/update/updater-talk.ts";
import { ZERO } from "../../src/time/nanos.ts";

const [root = "", name = "", killAt] = process.argv.slice(2);
const { contents, first, second } = sampleReleases();
const signal = new AbortController().signal;
const real = new RealFs(root);
let writes = 0;

const disk = {
  perform(operation: FileOperation): Promise<FileAnswer> {
    if (!["list", "read", "digest", "space"].includes(operation.do)) writes += 1;
    if (writes === Number(killAt)) process.kill(process.pid, "SIGKILL");
    return real.perform(operation, signal);
  },
};

async function fetchAll(objects: readonly { readonly sha256: string }[]): Promise<UpdaterAnswer> {
  const here = readdirSync(`${root}/staging/objects`);
  for (const { sha256 } of objects.filter((object) => !here.includes(object.sha256))) {
    const path = `staging/objects/${sha256}`;
    const bytes = contents.get(sha256) ?? Buffer.alloc(0);
    await performAll(
      disk,
      [
        { do: "write", path: `${path}.part`, offset: 0, bytes },
        { do: "sync", path: `${path}.part` },
        { do: "rename", from: `${path}.part`, path },
        { do: "sync-folder", path: "staging/objects" },
      ],
      signal,
    );
  }
  return { port: "objects" };
}

async function answer(of: UpdaterAsk): Promise<UpdaterAnswer> {
  if (of.port === "disk") return { port: "disk", answers: await performAll(disk, of.operations, signal) };
  if (of.port === "objects") return await fetchAll(of.objects);
  if (of.port === "health") return { port: "health", healthy: true };
  if (of.port === "exit" || of.port === "launch") return { port: of.port };
  return { port: "consent", given: true };
}

const commands: Readonly<Record<string, UpdaterCommand>> = {
  install: { name: "install", offer: first },
  update: { name: "update" },
  resume: { name: "resume" },
  recover: { name: "recover" },
};
const machine = updater(announces(name === "install" ? first : second));
let state = machine.initial({ command: commands[name] ?? { name: "recover" }, policy: DEFAULT_POLICY });
let input: UpdaterInput | undefined = { type: "begin" };
while (input !== undefined) {
  const step: ReturnType<typeof machine.step> = machine.step(state, input, ZERO);
  state = step.state;
  input = undefined;
  for (const output of step.outputs) {
    if (output.type === "ask") input = { type: "answer", ask: output.ask, answer: await answer(output.of) };
    if (output.type === "end") process.stdout.write(`${JSON.stringify({ outcome: output.outcome, writes })}\n`);
  }
}
