/**
 * What one read may bring at most. Every byte count is checked before the bytes are looked at; a downloader stops at one more.
 * Root and timestamp as tuf-js has them, the manifest as its targets.
 */
export const ROOT_BYTES_MAX = 512_000;
export const TIMESTAMP_BYTES_MAX = 16_384;
export const MANIFEST_BYTES_MAX = 5_000_000;
export const SIGNATURE_BYTES_MAX = 16_384;
/** A key file holds one key. */
export const KEY_FILE_BYTES_MAX = 4_096;

/** Keys of one role, and signatures in one signature file. */
export const KEYS_MAX = 32;
/** Roots that one session walks through, from the one that the device has to the newest (TUF 5.3.3 leaves it to us). */
export const ROOT_STEPS_MAX = 64;

/** Files of one release, and bytes of one and of all. */
export const FILES_MAX = 20_000;
export const FILE_BYTES_MAX = 64 * 2 ** 30;
export const PAYLOAD_BYTES_MAX = 256 * 2 ** 30;
/** Characters. */
export const NOTES_LENGTH_MAX = 65_536;
