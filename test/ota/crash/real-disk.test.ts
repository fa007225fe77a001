import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { TRIAL_NAMES } from "../../../src/ota/crash/crash-map.ts";
import { ModelDisk } from "../../../src/ota/crash/model-disk.ts";
import { runModelSession } from "../../../src/ota/crash/model-session.ts";
import { announces, sampleReleases } from "../../../src/ota/crash/sample-releases.ts";
import { trialNamed } from "../../../src/ota/crash/trials.ts";
import type { FileAnswer, FileOperation } from "../../../src/ota/update/durable-fs.ts";
import { RealFs } from "../../../src/ota/update/real-fs.ts";
import { updater } from "../../../src/ota/update/updater.ts";
import { DEFAULT_POLICY } from "../../../src/ota/update/updater-talk.ts";

const signal = new AbortController().signal;

interface Asked {
  readonly operation: FileOperation;
  readonly answer: FileAnswer;
}

/** A model that keeps what it was asked. */
function recording(disk: ModelDisk, asked: Asked[]) {
  return {
    perform(operation: FileOperation): FileAnswer {
      const answer = disk.perform(operation);
      asked.push({ operation, answer });
      return answer;
    },
  };
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Path, kind, bytes and mode of all there is. */
function realTree(root: string, below = ""): string[] {
  return readdirSync(join(root, below)).flatMap((name) => {
    const path = below === "" ? name : `${below}/${name}`;
    const stat = lstatSync(join(root, path));
    if (stat.isSymbolicLink()) return [`${path} → ${readlinkSync(join(root, path))}`];
    if (stat.isDirectory()) return [`${path}/`, ...realTree(root, path)];
    return [`${path} ${(stat.mode & 0o777).toString(8)} ${digest(readFileSync(join(root, path)))}`];
  });
}

function modelTree(disk: ModelDisk): string[] {
  return disk.paths().map(({ path, node }) => {
    if (node.kind === "link") return `${path} → ${node.target}`;
    return node.kind === "folder" ? `${path}/` : `${path} ${node.mode.toString(8)} ${digest(node.bytes)}`;
  });
}

function realCopy(disk: ModelDisk): string {
  const root = mkdtempSync(join(tmpdir(), "fieldtape-disk-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const { path, node } of disk.paths()) {
    if (node.kind === "folder") mkdirSync(join(root, path));
    else if (node.kind === "link") symlinkSync(node.target, join(root, path));
    else writeFileSync(join(root, path), node.bytes, { mode: node.mode });
  }
  return root;
}

/** All that the model was asked is asked of a real disk, which must answer in the same way and end with the same tree. */
async function alike(start: ModelDisk, end: ModelDisk, asked: readonly Asked[]): Promise<void> {
  const root = realCopy(start);
  const real = new RealFs(root);
  for (const { operation, answer } of asked) {
    const answered = await real.perform(operation, signal);
    if (operation.do !== "space") expect({ operation, answer: answered }).toEqual({ operation, answer });
  }
  expect(realTree(root).toSorted()).toEqual(modelTree(end).toSorted());
}

test("a device's whole life leaves the same tree on a real disk as on the model", async () => {
  const { contents, first, second, downgrade } = sampleReleases();
  const disk = ModelDisk.empty();
  const asked: Asked[] = [];
  const session = (offer: typeof first, command: Parameters<typeof runModelSession>[1]["command"], healthy = true) =>
    runModelSession(
      updater(announces(offer)),
      { command, policy: DEFAULT_POLICY },
      { disk: recording(disk, asked), world: { contents, healthy: () => healthy } },
    );
  const ends = [
    session(first, { name: "install", offer: first }),
    session(second, { name: "update" }),
    session(second, { name: "rollback" }),
    session(downgrade, { name: "update" }, false),
    session(second, { name: "recover" }),
  ];
  expect(ends.map((end) => end.type === "end" && end.outcome)).toEqual([
    "committed",
    "committed",
    "rolled-back",
    "rolled-back",
    "nothing",
  ]);
  await alike(ModelDisk.empty(), disk, asked);
});

test.each(TRIAL_NAMES)(
  "stopped at any operation and started again, the model and a real disk agree: %s",
  async (name) => {
    const { disk, updater: machine, world, policy, command, restart } = trialNamed(name);
    const asked: Asked[] = [];
    runModelSession(machine, { command, policy }, { disk: recording(disk.clone(), asked), world });
    for (let stop = 1; stop <= asked.length; stop += 7) {
      const again = disk.clone();
      const redone: Asked[] = [];
      const recorder = recording(again, redone);
      for (const { operation } of asked.slice(0, stop)) recorder.perform(operation);
      runModelSession(machine, { command: restart, policy }, { disk: recorder, world });
      await alike(disk, again, redone);
    }
  },
);
