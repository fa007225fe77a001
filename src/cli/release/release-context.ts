import { join, resolve } from "node:path";
import process from "node:process";
import type { GitProject } from "./git-project.ts";
import type { ReleaseSigner } from "./release-signer.ts";
import type { ReleaseFacts, ReleaseSettings } from "./schema.ts";

/** Where a release is put together: nothing of it is anywhere else until it is published. */
export interface ReleasePlaces {
  /** Everything of a release that goes on. */
  readonly work: string;
  /** The whole tree of the project, at the commit that is released. */
  readonly checkout: string;
  /** The project's folder in it. */
  readonly source: string;
  /** What is packed, as it will stand on a device. */
  readonly payload: string;
  /** The package before it is signed. */
  readonly packed: string;
  /** What becomes the release's folder. */
  readonly staged: string;
  /** Where a finished release goes. */
  readonly finished: string;
}

export interface ReleaseContext {
  readonly settings: ReleaseSettings;
  readonly project: GitProject;
  readonly facts: ReleaseFacts;
  readonly places: ReleasePlaces;
  /** The platform's name, also where it is made for this one. */
  readonly platform: string;
  readonly signer: ReleaseSigner;
  /** Nothing may be left anywhere. */
  readonly dryRun: boolean;
  /** Now: nanoseconds since 1970. */
  readonly now: bigint;
  readonly signal: AbortSignal;
  /** Words for a person. */
  readonly tell: (words: string) => void;
}

/** Files of a release in progress: in the working folder, and in the folder that becomes the release's. */
export const SAID_FILE = "versions-said.json";
export const NOTES_FILE = "NOTES.md";
export const STAGED_MANIFEST = "manifest.json";

export function platformOf({ platform }: Pick<ReleaseSettings, "platform">): string {
  return platform === "host" ? `${process.platform}-${process.arch}` : platform;
}

/** A dry run has a working folder of its own: a release that is to go on is none of its business. */
export function placesOf(project: GitProject, { out, dryRun }: PlacesOptions, version: string): ReleasePlaces {
  const work = join(project.folder, out, dryRun ? "dry-run" : "work");
  const checkout = join(work, "checkout");
  return {
    work,
    checkout,
    source: project.within(checkout),
    payload: join(work, "payload"),
    packed: join(work, "unsigned.pkg"),
    staged: join(work, "release"),
    finished: join(project.folder, out, version),
  };
}

interface PlacesOptions {
  readonly out: string;
  readonly dryRun: boolean;
}

export function packageName({ settings: { product }, facts: { version }, platform }: ReleaseContext): string {
  return `${product}-${version}-${platform}.pkg`;
}

/** What commands may ask for. */
export function placeholders(context: ReleaseContext): Readonly<Record<string, string>> {
  const { settings, facts, places, project } = context;
  return {
    product: settings.product,
    version: facts.version,
    release: String(facts.release),
    tag: facts.tag,
    commit: facts.commit,
    folder: places.staged,
    package: join(places.staged, packageName(context)),
    notes: join(places.staged, NOTES_FILE),
    repository: settings.repository === undefined ? "" : resolve(project.folder, settings.repository),
  };
}
