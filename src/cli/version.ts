declare const FIELDTAPE_VERSION: string | undefined;
declare const FIELDTAPE_GIT: string | undefined;

/** What wrote a tape: put in by the build; run from source (in tests) it says so. */
export const VERSION = {
  version: typeof FIELDTAPE_VERSION === "undefined" ? "0.0.0-source" : FIELDTAPE_VERSION,
  git: typeof FIELDTAPE_GIT === "undefined" ? "unknown" : FIELDTAPE_GIT,
} as const;
