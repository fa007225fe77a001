import { assert } from "../../errors.ts";
import { NO_BYTES, spliced } from "./content.ts";

/** What a name leads to. Never changed: replaced. */
export type DiskNode =
  | { readonly kind: "file"; readonly bytes: Uint8Array; readonly mode: number }
  | { readonly kind: "folder"; readonly names: ReadonlyMap<string, number> }
  | { readonly kind: "link"; readonly target: string };

/** Something that was done and is not durable yet. A cut keeps it, loses it, or, of bytes, keeps a part. */
export type Effect =
  | {
      readonly type: "bytes";
      readonly node: number;
      readonly offset: number;
      readonly bytes: Uint8Array;
      readonly mode: number;
    }
  | { readonly type: "size"; readonly node: number; readonly size: number }
  /** Names of one folder that change in one step; undefined takes one away. */
  | {
      readonly type: "names";
      readonly node: number;
      readonly names: readonly (readonly [string, number | undefined])[];
    };

/** By number; 0 is the folder that all others are in. */
export type Nodes = ReadonlyMap<number, DiskNode>;

/** The nodes with these effects. */
export function applied(before: Nodes, effects: readonly Effect[]): Map<number, DiskNode> {
  const nodes = new Map(before);
  for (const effect of effects) {
    const node = nodes.get(effect.node);
    assert(node !== undefined, "an effect is on a node");
    nodes.set(effect.node, changed(node, effect));
  }
  return nodes;
}

function changed(node: DiskNode, effect: Effect): DiskNode {
  if (effect.type === "names") {
    assert(node.kind === "folder", "names are in folders");
    const names = new Map(node.names);
    for (const [name, id] of effect.names) {
      if (id === undefined) names.delete(name);
      else names.set(name, id);
    }
    return { kind: "folder", names };
  }
  assert(node.kind === "file", "bytes are in files");
  if (effect.type === "size")
    return { ...node, bytes: spliced(node.bytes.subarray(0, effect.size), effect.size, NO_BYTES) };
  return { kind: "file", bytes: spliced(node.bytes, effect.offset, effect.bytes), mode: effect.mode };
}

/** The nodes that a name leads to in any of these trees, or may lead to after an effect. */
export function namedNodes(trees: readonly Nodes[], effects: readonly Effect[]): Set<number> {
  const named = new Set<number>();
  for (const nodes of trees) {
    for (const node of nodes.values()) if (node.kind === "folder") for (const id of node.names.values()) named.add(id);
  }
  for (const effect of effects) {
    if (effect.type === "names") for (const [, id] of effect.names) if (id !== undefined) named.add(id);
  }
  return named;
}
