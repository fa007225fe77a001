/**
 * What a bundle may be at most. They hold for what is written, too: a bundle that fieldtape makes is one that fieldtape takes.
 */
export const ENTRIES_MAX = 100_000;
export const TAPES_MAX = 1_000;
export const MANIFEST_BYTES_MAX = 32 * 2 ** 20;
export const SIGNATURE_BYTES_MAX = 16_384;
/** Of all files together, unpacked. */
export const TOTAL_BYTES_MAX = 64 * 2 ** 30;
/** How much larger the files may be than the zip that they come from; small ones are not asked. */
export const RATIO_MAX = 200;
export const RATIO_FREE_BYTES = 64 * 2 ** 20;
