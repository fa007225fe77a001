import type { TapeDisk, TapeFile } from "../../src/tape/tape-disk.ts";

const failure = (code: string): Error => Object.assign(new Error(code), { code });

/** A disk in memory that takes so many bytes and not one more, like a full one: a write that does not fit is done in part. */
export class SmallDisk implements TapeDisk {
  readonly files = new Map<string, Buffer>();
  readonly capacity: number;
  /** Bytes that a single write takes at most. */
  atOnce = Number.POSITIVE_INFINITY;
  /** From here on every sync and write fails: the disk is broken, not full. */
  broken = false;
  syncs = 0;
  /** Called in the middle of each move. */
  whileMoving: () => void = () => {};

  constructor(capacity = Number.POSITIVE_INFINITY) {
    this.capacity = capacity;
  }

  text(path: string): string {
    return this.files.get(path)?.toString() ?? "";
  }

  async create(path: string, force: boolean): Promise<TapeFile> {
    if (this.files.has(path) && !force) throw failure("EEXIST");
    this.files.set(path, Buffer.alloc(0));
    return {
      write: async (pieces, position) => {
        if (this.broken) throw failure("EIO");
        const bytes = Buffer.concat(pieces);
        const room = Math.max(0, this.capacity - this.used(path) - position);
        const taken = Math.min(bytes.length, room, this.atOnce);
        if (taken === 0 && bytes.length > 0) throw failure("ENOSPC");
        const before = Buffer.concat([this.contents(path), Buffer.alloc(position)]).subarray(0, position);
        this.files.set(path, Buffer.concat([before, bytes.subarray(0, taken)]));
        return taken;
      },
      read: async (into, position) => this.contents(path).copy(into, 0, position),
      truncate: async (length) => {
        this.files.set(path, Buffer.from(this.contents(path).subarray(0, length)));
      },
      datasync: async () => {
        this.syncs++;
        if (this.broken) throw failure("EIO");
      },
      close: async () => {},
    };
  }

  async move(from: string, to: string): Promise<void> {
    this.whileMoving();
    this.files.set(to, this.contents(from));
    this.files.delete(from);
  }

  async remove(path: string): Promise<void> {
    for (const name of this.files.keys()) if (name === path || name.startsWith(`${path}/`)) this.files.delete(name);
  }

  async syncFolder(): Promise<void> {}

  private contents(path: string): Buffer {
    return this.files.get(path) ?? Buffer.alloc(0);
  }

  /** Bytes that all other files take. */
  private used(path: string): number {
    return [...this.files].reduce((sum, [name, bytes]) => sum + (name === path ? 0 : bytes.length), 0);
  }
}
