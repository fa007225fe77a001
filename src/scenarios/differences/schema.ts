import * as z from "zod";

const count = z.int().min(0);
const text = z.string().max(100_000);

const shownRecord = z.strictObject({ line: count, at: count, text });
const around = z.strictObject({ before: z.array(shownRecord).max(10), after: z.array(shownRecord).max(10) });

const exemplar = z.strictObject({
  kind: z.enum(["changed", "renamed", "moved", "missing", "unexpected"]),
  stream: text,
  type: text,
  path: text,
  before: text.exactOptional(),
  after: text.exactOptional(),
  expected: shownRecord.exactOptional(),
  actual: shownRecord.exactOptional(),
  context: z.strictObject({ expected: around, actual: around }),
  states: z.strictObject({
    before: shownRecord.exactOptional(),
    expected: shownRecord.exactOptional(),
    actual: shownRecord.exactOptional(),
  }),
  tape: z.strictObject({
    line: count,
    bytes: z
      .strictObject({
        channel: count,
        dir: z.enum(["rx", "tx"]),
        start: count,
        span: z.tuple([count, count]),
        hex: text,
      })
      .exactOptional(),
  }),
});

/**
 * `CaseDifferences` as it stands in the file of a run. Members stand in the order in which they are made: parts that were read again give the
 * bytes of one run.
 */
export const caseDifferencesSchema = z.strictObject({
  findings: z.array(z.strictObject({ signature: text, count, together: count, exemplar })).max(1_000),
  differences: count,
  unlisted: count,
  folded: count,
  gaveUp: z.boolean(),
  expected: count,
  actual: count,
  diff: text,
});
