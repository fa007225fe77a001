import type { Updater } from "../update/updater.ts";
import type { UpdatePolicy, UpdaterCommand } from "../update/updater-talk.ts";
import type { ModelDisk } from "./model-disk.ts";
import type { ModelWorld, Performs } from "./model-session.ts";
import type { Law } from "./oracle.ts";
import type { CrashScheduleOptions } from "./schema.ts";

/** What is put to the test: a session on a disk, and how the device goes on when it is started again. */
export interface Trial {
  readonly name: CrashScheduleOptions["trial"];
  readonly disk: ModelDisk;
  readonly updater: Updater;
  readonly world: ModelWorld;
  readonly policy: UpdatePolicy;
  readonly command: UpdaterCommand;
  readonly restart: UpdaterCommand;
  readonly law: Law;
  /** Stands between the updater and the disk: where a fault of the updater itself is planted. */
  readonly through?: (disk: Performs) => Performs;
}
