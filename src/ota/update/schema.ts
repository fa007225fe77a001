import * as z from "zod";
import type { JournalRecord } from "./journal-record.ts";
import type { TreeList } from "./tree-list.ts";

const count = z.int().min(0);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const treeName = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.+-]{0,99}$/);
const version = z.string().min(1).max(100);
const words = z.string().max(1000);

const treeRef = z.object({ name: treeName, version, release: count, list: digest });

const installation = z.object({
  floor: count,
  failed: z.array(count),
  trees: z.array(treeRef),
  confirmed: treeName.optional(),
  previous: treeName.optional(),
  change: z
    .discriminatedUnion("phase", [
      z.object({ phase: z.literal("staged"), to: treeName }),
      z.object({ phase: z.enum(["switching", "switched"]), to: treeName, starts: count }),
      z.object({ phase: z.literal("rolling-back"), from: treeName, to: treeName, reason: words }),
    ])
    .optional(),
});

const frame = { n: count, floor: count };
const journalRecord = z.discriminatedUnion("type", [
  z.object({ ...frame, type: z.literal("base"), installation }),
  z.object({
    ...frame,
    type: z.enum(["installed", "staged", "switching", "switched", "confirmed", "abandoned", "retired"]),
    tree: treeRef,
  }),
  z.object({ ...frame, type: z.literal("starting"), tree: treeRef, attempt: count }),
  z.object({ ...frame, type: z.literal("rolling-back"), from: treeRef, tree: treeRef, reason: words }),
  z.object({ ...frame, type: z.literal("rolled-back"), from: treeRef, tree: treeRef }),
]);

/** A record of the journal; undefined: it is none. */
export function parseJournalRecord(value: unknown): JournalRecord | undefined {
  return journalRecord.safeParse(value).data;
}

const file = z.object({
  path: z.string().min(1).max(4096),
  sha256: digest,
  size: count,
  mode: z.int().min(0).max(0o777),
});
const component = z.object({ name: z.string().min(1).max(100), version, files: z.array(file) });
const treeList = z.object({
  name: treeName,
  version,
  release: count,
  manifest: digest,
  components: z.array(component),
});

/** The list of a tree, from its text; undefined: it is none. */
export function parseTreeList(text: string): TreeList | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return treeList.safeParse(value).data;
}
