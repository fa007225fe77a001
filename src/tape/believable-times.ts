/**
 * Which of these times are to be believed: the most that never go back, none of them before `from`. Damage makes single times, or a few
 * in a row, run ahead or fall back; the many that agree are right. Of several such choices it is the one whose last time is the earliest.
 *
 * Returns for each whether it is believed. (Longest non-decreasing subsequence by patience sorting, n log n.)
 */
export function believableTimes(times: readonly number[], from: number): readonly boolean[] {
  /** `ends[length - 1]`: the index at which the best choice of that length ends. */
  const ends: number[] = [];
  const before: number[] = [];
  for (const [index, time] of times.entries()) {
    before.push(-1);
    if (time < from) continue;
    const length = firstLater(times, ends, time);
    before[index] = length === 0 ? -1 : (ends[length - 1] ?? -1);
    ends[length] = index;
  }
  const believed = times.map(() => false);
  for (let index = ends.at(-1) ?? -1; index !== -1; index = before[index] ?? -1) believed[index] = true;
  return believed;
}

/** How many of the choices end no later than `time`: one of that length can go on with it. */
function firstLater(times: readonly number[], ends: readonly number[], time: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[ends[middle] ?? 0] ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
