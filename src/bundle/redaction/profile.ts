import type { Json } from "../../bytes/json.ts";

/**
 * What a redaction does, as data. A project names profiles in its configuration (`redaction: { NAME: … }`); each goes over the
 * `standard` one, which is built in. `docs/redaction.md` is the page about it.
 */
export interface RedactionProfile {
  /** What is no traffic. What is not named here is never kept as it is. */
  readonly metadata: MetadataRules;
  /** By the name of the framer (`nmea`, `modbus-tcp`, …): what becomes of the fields of its frames. */
  readonly fields: Readonly<Record<string, readonly FieldRule[]>>;
  /** Whose frames these are where the subject itself cannot say: a program or module of one's own. One of the framers that are built in. */
  readonly framer?: NamedFramer | undefined;
  /**
   * By the name of a machine: paths in what it says whose values follow from fields that are redacted. There the original and the
   * redacted tape may differ, and nowhere else.
   */
  readonly follows: Readonly<Record<string, readonly string[]>>;
  /** What becomes of frames that failed, of which nobody knows the fields. Only where the framer has field rules. */
  readonly faults: FaultAction;
  readonly patterns: PatternRules;
}

/** A built-in framer and its settings, under the names that a subject of one's own has for them, too. */
export interface NamedFramer {
  readonly subject: string;
  readonly options?: Json | undefined;
}

/** `alias`: another value of the same shape, the same one for the same value. `drop`: left out. */
export type MetadataAction = "keep" | "alias" | "drop";

export interface MetadataRules {
  /** Addresses of the channels: hosts, and the names of serial devices. */
  readonly addresses: Exclude<MetadataAction, "drop">;
  /** Names of the channels. */
  readonly channels: Exclude<MetadataAction, "drop">;
  readonly marks: MetadataAction;
  /** Members of the tape's header `meta` that stay. */
  readonly headerMembers: readonly string[];
  /** What the application said of itself: inputs and outputs of machines that the subject does not have. */
  readonly events: MetadataAction;
  /** Members of these events that stay as they are, wherever they stand in the value. */
  readonly eventMembers: readonly string[];
  readonly blobs: Exclude<MetadataAction, "alias">;
}

/**
 * `pseudonym`: another value of the same length and kind, the same one for the same value. `mask`: zeros and `x`. `drop`: nothing, which
 * makes the frame shorter. `keep`: as it is, also where a pattern matches.
 */
export type FieldAction = "pseudonym" | "mask" | "keep" | "drop";

export interface FieldRule {
  /** Which frames, in the predicate language: `formatter = GGA`. Absent: all of them. */
  readonly when?: string | undefined;
  /** Where in the frame's value: `fields[1]`, `objects[*].text`, `payload`. */
  readonly path: string;
  /** Of bytes in hex: only these, from the first up to but not including the second. Negative: from the end. */
  readonly bytes?: readonly [from: number, to: number] | undefined;
  readonly action: FieldAction;
  /** What the value means: an alias then means something of the same kind. */
  readonly as?: "latitude" | "longitude" | undefined;
}

/**
 * `scramble`: other bytes of the same length that fail in the same way, tried on the framer. `filler`: replaced as a whole. `keep`: as
 * they are, where no pattern matches.
 */
export type FaultAction = "scramble" | "filler" | "keep";

export interface PatternRules {
  /** Built-in patterns that are looked for: their names, or all. */
  readonly builtIn: "all" | readonly string[];
  /** Patterns of one's own by name, in RE2 syntax. If one has a group, the secret is what the first group matches. */
  readonly own: Readonly<Record<string, string>>;
}

/** A profile with what it needs to be applied: one for everything that leaves together, so that aliases agree. */
export interface Redaction {
  /** The profile's name. */
  readonly name: string;
  readonly profile: RedactionProfile;
  /** 32 bytes. The same key gives the same aliases; who has it can try values. */
  readonly key: Uint8Array;
  /** Values that must not leave, whatever the profile says: passwords, tokens, and what the user names. At least 4 characters each. */
  readonly literals: readonly string[];
}
