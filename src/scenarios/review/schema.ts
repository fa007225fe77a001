import * as z from "zod";

const words = z.string().max(4_000);
const byCause = z.record(z.string().max(64), words);

/** `review.json`: what a reviewer said of causes that are still open. */
const reviewSchema = z.strictObject({
  format: z.literal("fieldtape-review"),
  schema: z.literal(1),
  rejected: byCause,
  notes: byCause,
});

export type ReviewFile = z.infer<typeof reviewSchema>;

/** @returns `undefined` for what is no review */
export function parseReviewFile(value: unknown): ReviewFile | undefined {
  return reviewSchema.safeParse(value).data;
}
