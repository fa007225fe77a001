/** One line of the benchmark's table: our figure, the peer's in the same run, and what is to be reached. */
export interface Row {
  /** What is done, as in "write 64 B raw records, hash chain on". */
  readonly work: string;
  readonly ours: number;
  readonly unit: string;
  readonly peer: Peer | undefined;
  /** What is to be reached; absent: shown only. */
  readonly target?: Target;
}

/** `figure: undefined`: not installed here. */
export interface Peer {
  readonly name: string;
  readonly figure: number | undefined;
}

export interface Target {
  readonly compare: "at least" | "at most";
  readonly figure: number;
}

export interface BenchOptions {
  /** A tenth of the work: shows that everything runs, proves no figure. */
  readonly quick: boolean;
  /** An empty folder for files; removed afterwards. */
  readonly folder: string;
  /** The project's root. */
  readonly root: string;
}

export type Bench = (options: BenchOptions) => Promise<readonly Row[]>;

/** The median of `runs` timings of `work`, in seconds. Whatever is measured is warmed up by one run that is not counted. */
export async function medianSeconds(runs: number, work: () => Promise<void> | void): Promise<number> {
  await work();
  const timings: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    await work();
    timings.push((performance.now() - start) / 1000);
  }
  return timings.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN;
}

export function reached(row: Row): boolean | undefined {
  if (row.target === undefined) return undefined;
  return row.target.compare === "at least" ? row.ours >= row.target.figure : row.ours <= row.target.figure;
}
