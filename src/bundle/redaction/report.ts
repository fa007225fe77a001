/** What a redaction did to one tape, for people to look at and for the bundle. It tells nothing of what stood there before. */
export type RedactionReport = {
  readonly profile: string;
  /** Names the key without telling it: the same name, the same aliases. */
  readonly key: string;
  /** Whose frames the field rules were applied to; absent: bytes were looked at as bytes. */
  readonly framer?: string;
  readonly records: number;
  /** Frames with other fields, by machine and path of the rule. */
  readonly fields: readonly { readonly machine: string; readonly path: string; readonly values: number }[];
  /** Secrets that were replaced, by what found them: a pattern's name, `literal`, or `name` (of a member). */
  readonly secrets: readonly { readonly name: string; readonly count: number }[];
  /** Frames that failed, or bytes in no frame, with other bytes in their place. */
  readonly scrambled: number;
  /** The same, so short that they stay: any other byte would make them fail in another way. */
  readonly kept: number;
  /** Replaced as a whole: a gap of cause `redacted` stands before each. */
  readonly fillers: { readonly count: number; readonly bytes: number };
  /** Names, addresses, marks and events that have an alias. */
  readonly aliased: number;
  /** Records that were left out, by type. */
  readonly dropped: readonly { readonly type: string; readonly count: number }[];
  /** How often frames that failed were given other bytes, until the copy behaved the same. */
  readonly tries: number;
  readonly behaviour: BehaviourVerdict;
};

/**
 * What came of replaying both tapes. `same`: the same frames, faults, spans, states and times; only declared fields differ, and what follows from them.
 * `not-compared`: there was no subject to replay them into.
 */
export type BehaviourVerdict =
  | {
      readonly verdict: "same";
      readonly subject: string;
      readonly compared: number;
      readonly follows: readonly string[];
    }
  | {
      readonly verdict: "different";
      readonly subject: string;
      readonly compared: number;
      readonly difference: BehaviourDifference;
    }
  | { readonly verdict: "not-compared"; readonly why: string };

/** Where they differ first. The value that stood there before is not told. */
export type BehaviourDifference = {
  readonly kind: "different" | "missing" | "unexpected" | "failed";
  /** In words: `value.fault is "bad-checksum"`. */
  readonly what: string;
  readonly at: number;
  readonly machine?: string;
  readonly channel?: number;
  readonly path?: string;
};
