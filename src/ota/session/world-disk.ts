import type { Random } from "../../bytes/random.ts";
import type { ModelDisk } from "../crash/model-disk.ts";
import type { FileAnswer, FileOperation } from "../update/durable-fs.ts";
import type { WorldFault } from "./world-fault.ts";

/** Power went before an operation. */
export const CUT = "cut";

/** A device's disk, with what may happen to it: it fills up, or its power goes. */
export class WorldDisk {
  private disk: ModelDisk;
  private readonly random: Random;
  private readonly faults: readonly WorldFault[];
  private readonly done = new Set<WorldFault>();
  private operations = 0;
  private written = 0;

  constructor(disk: ModelDisk, faults: readonly WorldFault[], random: Random) {
    this.disk = disk;
    this.faults = faults;
    this.random = random;
  }

  get current(): ModelDisk {
    return this.disk;
  }

  perform(operation: FileOperation, at: number): FileAnswer | typeof CUT {
    const number = this.operations++;
    const cut = this.faults.find((one) => one.fault === "cut-power" && one.operation === number && !this.done.has(one));
    if (cut !== undefined) {
      this.done.add(cut);
      return CUT;
    }
    if (!this.fits(operation, at)) return { failed: "ENOSPC" };
    return this.disk.perform(operation);
  }

  /** What was not durable is left to chance. */
  cut(): { readonly kept: number; readonly of: number } {
    const { pending } = this.disk;
    const survivors = pending.filter(() => this.random.chance(0.5));
    this.disk = this.disk.cut(survivors);
    return { kept: survivors.length, of: pending.length };
  }

  private fits(operation: FileOperation, at: number): boolean {
    const full = this.faults.find((one) => one.fault === "disk-full" && (one.at ?? 0) <= at);
    const size = sizeOf(operation);
    if (full?.fault !== "disk-full" || size === 0) return true;
    if (this.written + size > full.bytes) return false;
    this.written += size;
    return true;
  }
}

function sizeOf(operation: FileOperation): number {
  if (operation.do === "write") return operation.bytes.length;
  if (operation.do === "create" || operation.do === "append") return new TextEncoder().encode(operation.text).length;
  return operation.do === "copy" ? operation.file.size : 0;
}
