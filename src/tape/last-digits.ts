import { NO_HASH } from "./hash-chain.ts";
import { openTape } from "./reader.ts";

/** What a tape's chain ended with: the digits of its last hash line as they stand; without one, those it began with. */
export async function lastDigits(path: string): Promise<string> {
  await using tape = await openTape(path, { onUnreadable: () => {} });
  let digits = tape.header?.previous ?? NO_HASH;
  for await (const { records } of tape.batches({ verify: false })) {
    for (const record of records) {
      if (record.type === "block" || record.type === "end") digits = record.sha256 ?? digits;
    }
  }
  return digits;
}
