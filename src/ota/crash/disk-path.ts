import { contentOf } from "./content.ts";
import type { DiskNode, Effect, Nodes } from "./disk-node.ts";

export interface DiskPath {
  readonly path: string;
  readonly id: number;
  readonly node: DiskNode;
}

export function pathsBelow(nodes: Nodes, prefix: string, id: number, found: DiskPath[]): DiskPath[] {
  const folder = nodes.get(id);
  if (folder?.kind !== "folder") return found;
  for (const [name, child] of sorted(folder.names)) {
    const node = nodes.get(child);
    if (node === undefined) continue;
    found.push({ path: prefix + name, id: child, node });
    if (node.kind === "folder") pathsBelow(nodes, `${prefix}${name}/`, child, found);
  }
  return found;
}

const sortedNames = new WeakMap<ReadonlyMap<string, number>, readonly (readonly [string, number])[]>();

function sorted(names: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  const known = sortedNames.get(names);
  if (known !== undefined) return known;
  const entries = [...names].sort(([a], [b]) => (a < b ? -1 : 1));
  sortedNames.set(names, entries);
  return entries;
}

export function keyOf(paths: readonly DiskPath[]): string {
  let key = "";
  for (const { path, node } of paths) {
    key += path;
    if (node.kind === "file") key += ` ${contentOf(node.bytes).number} ${node.mode}\n`;
    else key += node.kind === "link" ? ` -> ${node.target}\n` : "/\n";
  }
  return key;
}

export function effectKey(effect: Effect, name: (id: number | undefined) => string): string {
  const node = name(effect.node);
  if (effect.type === "bytes") return `${node} ${effect.offset} ${contentOf(effect.bytes).number} ${effect.mode}`;
  if (effect.type === "size") return `${node} ${effect.size}`;
  return `${node}: ${effect.names.map(([entry, id]) => `${entry}=${name(id)}`).join(" ")}`;
}
