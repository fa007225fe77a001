/** One case to run, as data that can be told to a thread. */
export interface CaseJob {
  readonly corpus: string;
  readonly folder: string;
  /** Where a golden goes that is not accepted yet; outside the corpus. */
  readonly pendingFolder: string;
  /** Variants whose goldens, where a case has them, stand before the common one; the first that has one. */
  readonly variants?: readonly string[];
  /** Whether a case that passes is also played in ways that must not matter. */
  readonly relations?: boolean;
  /** Where results of cases are kept that need not be run again. */
  readonly cache?: CacheOptions;
  /** A folder where everything that is said is kept, for other runs of the case to be held against. */
  readonly keep?: string;
}

/** Where results are kept, and what else they depend on besides the case's own files. */
export interface CacheOptions {
  readonly folder: string;
  /** Digest of fieldtape, the configuration and the user's modules. */
  readonly build: string;
}
