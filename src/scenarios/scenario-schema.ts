/** The schema of `scenario.yaml` that this version reads and writes. A file does not name it: there has been one so far. */
export const SCENARIO_SCHEMA = 1;
