import type { FileContent } from "./durable-fs.ts";

/** A file of a component: its place in the tree with `/`, never absolute, never leading out. */
export interface TreeFile extends FileContent {
  readonly path: string;
}

/** A part of what is installed that has a version of its own: the application, its plug-ins, its resources. */
export interface Component {
  /** "app", "plugins", "resources", …; a release of one component leaves the others as they are. */
  readonly name: string;
  readonly version: string;
  readonly files: readonly TreeFile[];
}

/** A release that was announced, verified and found fit for this device. Nothing in it needs to be doubted any more. */
export interface Offer {
  /** The counter that never goes back. */
  readonly release: number;
  readonly version: string;
  /** SHA-256 of the manifest's bytes. */
  readonly manifest: string;
  readonly notes: string;
  /** Those that it brings; what else is installed is carried over, in the same transaction. */
  readonly components: readonly Component[];
}
