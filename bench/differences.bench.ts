import type { Said } from "../src/replayer/divergence.ts";
import type { Placed } from "../src/replayer/placed.ts";
import { findDifferences } from "../src/scenarios/differences/find-differences.ts";
import { signatureOf } from "../src/scenarios/differences/signature.ts";
import { nanos } from "../src/time/nanos.ts";
import { type Bench, medianSeconds } from "./row.ts";

/** Two recordings held against each other: few differences in many records, one rename in all, and nothing in common. */
export const differences: Bench = async ({ quick }) => {
  const records = quick ? 2_000 : 20_000;
  const runs = quick ? 1 : 5;
  const expected = recording(records, (n) => ({ transaction: n, values: [n % 100, n % 7] }));
  const scattered = recording(records, (n) => ({
    transaction: n,
    values: n % 100 === 50 ? [n % 100, "x"] : [n % 100, n % 7],
  }));
  const renamed = recording(records, (n) => ({ number: n, values: [n % 100, n % 7] }));
  const other = recording(records, (n) => ({ transaction: n * 31 + 1e6, values: [`z${n}`], unit: 9 }), 1e9);
  const shifted = scattered.filter((_, n) => n % 100 !== 50);
  const row = async (work: string, actual: readonly Placed<Said>[], limitMs?: number) => ({
    work: `${records} records, ${work}`,
    ours: (await medianSeconds(runs, () => void hold(expected, actual))) * 1_000,
    unit: "ms",
    peer: undefined,
    ...(limitMs === undefined ? {} : { target: { compare: "at most" as const, figure: limitMs } }),
  });
  if (!hold(expected, other).gaveUp && !quick) throw new Error("aligned what has nothing in common");
  return [
    await row(`${records / 100} scattered differences`, scattered, 200),
    await row(`${records / 100} records gone`, shifted),
    await row("one member renamed in all", renamed),
    await row("nothing in common", other, 2_000),
  ];
};

/** With the signatures, as a run needs them. */
function hold(expected: readonly Placed<Said>[], actual: readonly Placed<Said>[]) {
  const found = findDifferences(expected, actual);
  return { gaveUp: found.gaveUp, causes: new Set(found.differences.map(signatureOf)).size };
}

function recording(
  records: number,
  members: (n: number) => { readonly [key: string]: number | readonly (number | string)[] },
  from = 0,
): readonly Placed<Said>[] {
  return Array.from({ length: records }, (_, n) => {
    const value = { type: "frame", dir: "rx", span: [12 * n, 12], unit: 1, function: 3, ...members(n) };
    return {
      line: n + 1,
      record: { type: "output", at: nanos(from + 1_000 * n), machine: "modbus-tcp", channel: 0, value },
    };
  });
}
