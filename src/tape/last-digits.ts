import { openTape } from "./reader.ts";

/** What a tape's chain ended with: the digits of its last hash line as they stand. `undefined` if it has none. */
export async function lastDigits(path: string): Promise<string | undefined> {
  await using tape = await openTape(path, { onUnreadable: () => {} });
  let digits: string | undefined;
  for await (const { records } of tape.batches({ verify: false })) {
    for (const record of records) {
      if (record.type === "block" || record.type === "end") digits = record.sha256 ?? digits;
    }
  }
  return digits;
}
