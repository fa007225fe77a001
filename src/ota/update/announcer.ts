import type { Offer } from "./offer.ts";
import type { MetadataAnswer, MetadataAsk, WallAnswer, WallAsk } from "./updater-ask.ts";

/** What a device knows of itself when it asks for something newer. */
export interface DeviceFacts {
  /** The name of the tree that `current` points to, its version and its release. */
  readonly version: string;
  readonly release: number;
  readonly components: readonly { readonly name: string; readonly version: string }[];
  /** No release at or below this may be installed. Raised only by a confirmed update. */
  readonly floor: number;
  /** Releases that were tried here and rolled back: not to be tried again. */
  readonly failed: readonly number[];
  /** What the announcer asked to be kept the last time; undefined: nothing yet. */
  readonly kept: string | undefined;
}

/**
 * How a platform announces a release, as a pure conversation: one for each dialect, with the trust rules inside. Its state is
 * plain data. It never throws on any answer.
 */
export interface Announcer {
  readonly name: string;
  begin(facts: DeviceFacts): AnnouncerStep;
  hear(state: unknown, answer: MetadataAnswer | WallAnswer): AnnouncerStep;
}

/** `keep` is written durably (`trust.json`) before anything else happens. */
export type AnnouncerStep =
  | { readonly type: "ask"; readonly state: unknown; readonly ask: MetadataAsk | WallAsk }
  | { readonly type: "offer"; readonly offer: Offer; readonly keep?: string }
  | { readonly type: "nothing"; readonly keep?: string }
  | { readonly type: "refused"; readonly reason: string; readonly keep?: string }
  /** The platform could not be asked: nothing is known of what it has. */
  | { readonly type: "failed"; readonly reason: string; readonly keep?: string };
