import { DONE, type FileAnswer, type FileOperation, type FolderEntry, type Writing } from "../update/durable-fs.ts";
import { contentOf, NO_BYTES, textOf } from "./content.ts";
import { applied, type DiskNode, type Effect, type Nodes, namedNodes } from "./disk-node.ts";
import { type DiskPath, effectKey, keyOf, pathsBelow } from "./disk-path.ts";

/** Bytes that a page of the system's memory takes to the disk at once. */
const PAGE = 4096;
/** Of files beyond this many bytes several pages go at once: what matters of a cut shows in small ones. */
const SMALL_MAX = 1024 * 1024;
const PAGES = 64 * 1024;
const ROOT = 0;
const NEW_FILE: DiskNode = { kind: "file", bytes: NO_BYTES, mode: 0o600 };
const NEW_FOLDER: DiskNode = { kind: "folder", names: new Map() };

/**
 * A disk that knows what is durable: what is seen, what a cut would leave for certain, and between them the effects, in order, that it
 * may keep or lose. What is written in a file becomes durable when that file is synced; a name, when its folder is; and no earlier than
 * that may anybody count on it, though it may happen at any time and in any order.
 */
export class ModelDisk {
  private seen: Nodes;
  private saved: Nodes;
  pending: readonly Effect[];
  private next: number;

  private constructor(seen: Nodes, saved: Nodes, pending: readonly Effect[], next: number) {
    this.seen = seen;
    this.saved = saved;
    this.pending = pending;
    this.next = next;
  }

  static empty(): ModelDisk {
    const nodes: Nodes = new Map([[ROOT, NEW_FOLDER]]);
    return new ModelDisk(nodes, nodes, [], ROOT + 1);
  }

  /** An independent one in the same state. */
  clone(): ModelDisk {
    return new ModelDisk(this.seen, this.saved, this.pending, this.next);
  }

  /** After a cut: what was durable, and of the effects those that survived, in their order. */
  cut(survivors: readonly Effect[]): ModelDisk {
    const saved = applied(this.saved, survivors);
    return new ModelDisk(saved, saved, [], this.next);
  }

  perform(operation: FileOperation): FileAnswer {
    switch (operation.do) {
      case "list":
        return { ok: "entries", entries: this.entries(operation.path) };
      case "read":
        return this.read(operation.path, operation.sizeMax);
      case "digest": {
        const node = this.at(operation.path);
        if (node?.kind !== "file") return { ok: "digest", digest: undefined };
        const { offset = 0, size = node.bytes.length } = operation.span ?? {};
        const bytes =
          offset === 0 && size >= node.bytes.length ? node.bytes : node.bytes.subarray(offset, offset + size);
        return { ok: "digest", digest: { sha256: contentOf(bytes).sha256, size: bytes.length } };
      }
      case "space":
        return { ok: "free", free: Number.MAX_SAFE_INTEGER };
      default: {
        const failed = this.write(operation);
        return failed === undefined ? DONE : { failed };
      }
    }
  }

  /** A sync that fails: what it was to save is seen for as long as the system runs, and will never be on the disk. */
  failSync(path: string): void {
    const node = this.find(path);
    this.pending = this.pending.filter((effect) => effect.node !== node);
  }

  /** Every path that is seen, in code-unit order. */
  paths(): DiskPath[] {
    return pathsBelow(this.seen, "", ROOT, []);
  }

  /** Equal for disks that behave in the same way. */
  key(): string {
    const seen = this.paths();
    if (this.pending.length === 0) return keyOf(seen);
    const saved = pathsBelow(this.saved, "", ROOT, []);
    // A node is named by where it stands; one that has no name yet, by its number.
    const names = new Map([...saved, ...seen].map(({ path, id }) => [id, path]));
    const name = (id: number | undefined): string => (id === undefined ? "" : (names.get(id) ?? `#${id}`));
    return [keyOf(seen), keyOf(saved), ...this.pending.map((effect) => effectKey(effect, name))].join("\n\n");
  }

  /** The files of a folder and of those in it; links count as files that nobody expects. */
  filesBelow(folder: string): { path: string; bytes: Uint8Array; mode: number }[] {
    const id = this.find(folder);
    if (id === undefined) return [];
    return pathsBelow(this.seen, "", id, []).flatMap(({ path, node }) => {
      if (node.kind === "folder") return [];
      return [
        node.kind === "file" ? { path, bytes: node.bytes, mode: node.mode } : { path, bytes: NO_BYTES, mode: -1 },
      ];
    });
  }

  at(path: string): DiskNode | undefined {
    const id = this.find(path);
    return id === undefined ? undefined : this.seen.get(id);
  }

  private find(path: string): number | undefined {
    if (path === "") return ROOT;
    let id: number | undefined = ROOT;
    for (const name of path.split("/")) {
      const node: DiskNode | undefined = id === undefined ? undefined : this.seen.get(id);
      if (node?.kind !== "folder") return undefined;
      id = node.names.get(name);
    }
    return id;
  }

  private entries(path: string): FolderEntry[] {
    const node = this.at(path);
    if (node?.kind !== "folder") return [];
    return [...node.names.entries()]
      .map(([name, id]) => entryOf(name, this.seen.get(id)))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private read(path: string, sizeMax: number): FileAnswer {
    const node = this.at(path);
    if (node === undefined) return { ok: "text", text: undefined };
    if (node.kind !== "file") return { failed: "EISDIR" };
    return node.bytes.length > sizeMax ? { failed: "EFBIG" } : { ok: "text", text: textOf(node.bytes) };
  }

  /** The code of what went wrong. */
  private write(operation: Writing): string | undefined {
    const { path } = operation;
    const id = this.find(path);
    const node = id === undefined ? undefined : this.seen.get(id);
    switch (operation.do) {
      case "make-folder":
        return node === undefined ? this.add(path, NEW_FOLDER) : "EEXIST";
      case "link":
        return node === undefined ? this.add(path, { kind: "link", target: operation.target }) : "EEXIST";
      case "create":
        return node === undefined ? this.fill(path, encode(operation.text), operation.mode) : "EEXIST";
      case "copy": {
        const from = this.at(operation.from);
        if (node !== undefined) return "EEXIST";
        if (from?.kind !== "file") return "ENOENT";
        const { sha256, size, mode } = operation.file;
        if (from.bytes.length !== size || contentOf(from.bytes).sha256 !== sha256) return "EBADMSG";
        return this.fill(path, from.bytes, mode);
      }
      case "append":
        if (id === undefined || node?.kind !== "file") return "ENOENT";
        return this.extend(id, node.bytes.length, encode(operation.text), node.mode);
      case "write": {
        const failed = node === undefined ? this.add(path, NEW_FILE) : undefined;
        const target = this.find(path);
        return failed ?? (target === undefined ? "EIO" : this.extend(target, operation.offset, operation.bytes, 0o600));
      }
      case "truncate":
        if (id === undefined || node?.kind !== "file") return "ENOENT";
        return this.effect({ type: "size", node: id, size: operation.size });
      case "sync":
      case "sync-folder":
        return id === undefined ? "ENOENT" : this.sync(id);
      case "rename":
        return this.rename(operation.from, path);
      case "remove":
        if (node === undefined) return "ENOENT";
        return node.kind === "folder" ? "EISDIR" : this.unlink(path);
      case "remove-tree":
        return id === undefined ? undefined : this.removeTree(path, id);
    }
  }

  /** A new name in its folder, for something new. */
  private add(path: string, node: DiskNode): string | undefined {
    const [folder, name] = this.place(path);
    if (folder === undefined) return "ENOENT";
    const id = this.next++;
    this.seen = new Map(this.seen).set(id, node);
    // A node that no name leads to is nowhere; so what is new may well be durable as such.
    this.saved = new Map(this.saved).set(id, node);
    return this.effect({ type: "names", node: folder, names: [[name, id]] });
  }

  /** A new file, whose bytes go to the disk page by page. */
  private fill(path: string, bytes: Uint8Array, mode: number): string | undefined {
    const failed = this.add(path, NEW_FILE);
    const id = this.find(path);
    if (failed !== undefined || id === undefined) return failed ?? "EIO";
    return this.extend(id, 0, bytes, mode);
  }

  private extend(node: number, offset: number, bytes: Uint8Array, mode: number): undefined {
    const page = offset + bytes.length > SMALL_MAX ? PAGES : PAGE;
    for (let at = 0; at === 0 || at < bytes.length; ) {
      const end = Math.min(bytes.length, at + page - ((offset + at) % page));
      const piece = at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end);
      this.effect({ type: "bytes", node, offset: offset + at, bytes: piece, mode });
      if (end === at) return;
      at = end;
    }
  }

  private rename(from: string, path: string): string | undefined {
    const id = this.find(from);
    const [source, oldName] = this.place(from);
    const [folder, name] = this.place(path);
    if (id === undefined || source === undefined || folder === undefined) return "ENOENT";
    if (source === folder)
      return this.effect({
        type: "names",
        node: folder,
        names: [
          [name, id],
          [oldName, undefined],
        ],
      });
    // Of two folders each keeps its own names.
    this.effect({ type: "names", node: folder, names: [[name, id]] });
    return this.effect({ type: "names", node: source, names: [[oldName, undefined]] });
  }

  private unlink(path: string): string | undefined {
    const [folder, name] = this.place(path);
    return folder === undefined ? "ENOENT" : this.effect({ type: "names", node: folder, names: [[name, undefined]] });
  }

  private removeTree(path: string, id: number): string | undefined {
    const node = this.seen.get(id);
    if (node?.kind === "folder") {
      for (const [name, child] of node.names) this.removeTree(`${path}/${name}`, child);
    }
    return this.unlink(path);
  }

  private place(path: string): readonly [folder: number | undefined, name: string] {
    const slash = path.lastIndexOf("/");
    const folder = this.find(slash < 0 ? "" : path.slice(0, slash));
    return [
      folder !== undefined && this.seen.get(folder)?.kind === "folder" ? folder : undefined,
      path.slice(slash + 1),
    ];
  }

  private effect(effect: Effect): undefined {
    this.seen = applied(this.seen, [effect]);
    this.pending = [...this.pending, effect];
  }

  private sync(node: number): undefined {
    const own = this.pending.filter((effect) => effect.node === node);
    if (own.length === 0) return;
    this.saved = applied(this.saved, own);
    this.pending = this.pending.filter((effect) => effect.node !== node);
    if (this.saved.get(node)?.kind === "folder") this.forgetUnnamed();
  }

  /** What neither is seen nor can come back: nobody can tell what becomes of it. */
  private forgetUnnamed(): void {
    const named = namedNodes([this.seen, this.saved], this.pending).add(ROOT);
    const count = this.seen.size + this.saved.size;
    this.seen = new Map([...this.seen].filter(([id]) => named.has(id)));
    this.saved = new Map([...this.saved].filter(([id]) => named.has(id)));
    this.pending = this.pending.filter((effect) => named.has(effect.node));
    if (this.seen.size + this.saved.size < count) this.forgetUnnamed();
  }
}

function entryOf(name: string, node: DiskNode | undefined): FolderEntry {
  return node?.kind === "link" ? { name, kind: "link", target: node.target } : { name, kind: node?.kind ?? "other" };
}

const encoder = new TextEncoder();
const encode = (text: string): Uint8Array => encoder.encode(text);
