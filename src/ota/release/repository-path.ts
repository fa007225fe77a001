/**
 * Where things stand in a static repository, with `/` on every platform. Only `timestamp.json` changes its content under a fixed
 * name; everything else is written once.
 */
export const TIMESTAMP_PATH = "timestamp.json";

export const rootPath = (version: number): string => `${version}.root.json`;
export const manifestPath = (sha256: string): string => `manifests/${sha256}.json`;
export const objectPath = (sha256: string): string => `objects/${sha256}`;
/** The signatures of the file whose bytes have this digest; published before the file itself. */
export const signaturePath = (sha256: string): string => `signatures/${sha256}.sig`;
