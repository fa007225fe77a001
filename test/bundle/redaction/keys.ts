/** A key of tests. */
export const KEY = new Uint8Array(32).fill(7);
