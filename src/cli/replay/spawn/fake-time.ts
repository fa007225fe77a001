import { FieldtapeError } from "../../../errors.ts";
import { startOf } from "../../../tape/derive.ts";
import type { TapeReader } from "../../../tape/reader.ts";
import type { Nanos } from "../../../time/nanos.ts";

/** A command that runs another one at another date. */
export interface FakeTime {
  readonly before: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * `faketime` in front of a program: its clock begins at the date of `from` on the tape and runs `rate` times as fast, sleeps included.
 *
 * @throws FieldtapeError USAGE for a tape that knows no date
 */
export function fakeTime({ header, path }: TapeReader, from: Nanos, rate: number): FakeTime {
  if (header === undefined) {
    throw new FieldtapeError("USAGE", "--faketime needs a tape with a date: this one has no header", { file: path });
  }
  const wall = startOf(header) + BigInt(from);
  const thousandths = (wall / 1_000_000n).toString().padStart(4, "0");
  const seconds = `${thousandths.slice(0, -3)}.${thousandths.slice(-3)}`;
  // libfaketime, "FAKETIME_FMT": seconds since 1970, so that no time zone has a say.
  return { before: ["faketime", "-f", `@${seconds} x${rate}`], env: { FAKETIME_FMT: "%s" } };
}
