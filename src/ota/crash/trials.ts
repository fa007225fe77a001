import { assert } from "../../errors.ts";
import type { Offer } from "../update/offer.ts";
import { composeTree, type TreeList, treeRef } from "../update/tree-list.ts";
import { updater } from "../update/updater.ts";
import { DEFAULT_POLICY, type UpdatePolicy, type UpdaterCommand } from "../update/updater-talk.ts";
import { ModelDisk } from "./model-disk.ts";
import { type ModelWorld, runModelSession } from "./model-session.ts";
import { announces, sampleReleases } from "./sample-releases.ts";
import type { Trial } from "./trial.ts";

const POLICY: UpdatePolicy = { ...DEFAULT_POLICY, startsMax: 2 };

/** What a device goes through in its life. */
export function trials(): readonly Trial[] {
  const { contents, first, small, second, plugins, downgrade } = sampleReleases();
  const healthy: ModelWorld = { contents, healthy: () => true };
  const one = treeOfOffer(first, undefined);
  const two = treeOfOffer(second, one);
  const installed = after(ModelDisk.empty(), { name: "install", offer: first }, first, healthy);
  const updated = after(installed, { name: "update" }, second, healthy);
  const going = { policy: POLICY, world: healthy, restart: { name: "resume" } } as const;
  const update = { ...going, command: { name: "update" }, disk: installed } as const;
  const unwell = (tree: TreeList): ModelWorld => ({ contents, healthy: (path) => path !== `versions/${tree.name}` });
  const patched = treeOfOffer(plugins, one);
  const older = treeOfOffer(downgrade, two, [one.name, two.name]);
  const little = treeOfOffer(small, undefined);
  const trees = new Map([one, little, two, patched, older].map((tree) => [treeRef(tree).list, tree]));
  const install: UpdaterCommand = { name: "install", offer: small };
  return [
    {
      ...going,
      name: "first installation",
      disk: ModelDisk.empty(),
      updater: updater(announces(small)),
      command: install,
      restart: install,
      law: { before: undefined, after: little, floorBefore: 0, trees },
    },
    {
      ...update,
      name: "update",
      updater: updater(announces(second)),
      law: { before: one, after: two, floorBefore: 1, trees },
    },
    {
      ...update,
      name: "update that does not start",
      world: unwell(two),
      updater: updater(announces(second)),
      law: { before: one, after: two, floorBefore: 1, trees },
    },
    {
      ...going,
      name: "rollback",
      disk: updated,
      updater: updater(announces(second)),
      command: { name: "rollback" },
      law: { before: one, after: two, floorBefore: 2, trees },
    },
    {
      ...update,
      name: "component update",
      updater: updater(announces(plugins)),
      law: { before: one, after: patched, floorBefore: 1, trees },
    },
    {
      ...update,
      name: "signed downgrade",
      disk: updated,
      updater: updater(announces(downgrade)),
      law: { before: two, after: older, floorBefore: 2, trees },
    },
  ];
}

/** The trial of that name. */
export function trialNamed(name: Trial["name"]): Trial {
  const trial = trials().find((one) => one.name === name);
  assert(trial !== undefined, `there is a trial named ${name}`);
  return trial;
}

function treeOfOffer(
  offer: Offer,
  base: TreeList | undefined,
  taken: readonly string[] = base === undefined ? [] : [base.name],
): TreeList {
  const composed = composeTree(offer, base, taken);
  assert("list" in composed, "a sample release makes a tree");
  return composed.list;
}

/** The disk after a session that nothing disturbed, and after everything has reached it. */
function after(disk: ModelDisk, command: UpdaterCommand, offer: Offer, world: ModelWorld): ModelDisk {
  const next = disk.clone();
  const end = runModelSession(updater(announces(offer)), { command, policy: POLICY }, { disk: next, world });
  assert(end.type === "end" && end.outcome === "committed", `${command.name} of a sample release commits`);
  return next.cut(next.pending);
}
