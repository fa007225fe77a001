/** First bytes of every snapshot; the last one is the version of this layout. */
export const SNAPSHOT_MAGIC: readonly number[] = [0x66, 0x74, 0x73, 0x01];

/** Deeper than any state of a machine; also what keeps hostile bytes from exhausting the stack. */
export const SNAPSHOT_DEPTH_MAX = 128;

/** One byte before each value says what it is. Never renumbered: a changed layout is a new version. */
export const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  /** A whole number 0 … 2⁵³−1, as a varint. */
  whole: 4,
  /** Any other number, as 8 bytes, little-endian. */
  double: 5,
  /** Sign byte, then the magnitude as length and bytes of lower-case hex. */
  bigint: 6,
  /** Length, then one byte for each code unit below 256. */
  narrow: 7,
  /** Length in code units, then two bytes each, little-endian: any string survives, lone surrogates too. */
  wide: 8,
  bytes: 9,
  array: 10,
  map: 11,
  set: 12,
  /** Number of members, then of each its key and value. A key is 0 and its text, or the number (from 1) of one met before. */
  object: 13,
  /** An object without prototype. */
  bare: 14,
  /** The n-th container (array, map, set, object, bytes) again: what was one thing stays one thing. */
  again: 15,
} as const;
