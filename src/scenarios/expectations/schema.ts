import * as z from "zod";
import { duration, predicate } from "../notation/schema.ts";

const count = z.int().min(0).max(1_000_000_000);

/** When a rule holds: behind the first record that `after` names, before the next one that `until` names. */
const scope = {
  after: predicate.optional().describe("holds only after a record of this kind was said"),
  until: predicate.optional().describe("and until one of this kind was said"),
};

const counted = z.strictObject({
  some: predicate.describe("records of this kind were said"),
  count: z
    .union([count, z.strictObject({ min: count.optional(), max: count.optional() })])
    .optional()
    .describe("so many (default: one or more)"),
});
const absent = z.strictObject({ absent: predicate.describe("no such record was said") });
const always = z.strictObject({
  always: predicate.describe("every record said is like this"),
  when: predicate.optional().describe("only records of this kind are asked"),
  ...scope,
});
const never = z.strictObject({ never: predicate.describe("no record said is like this"), ...scope });
const within = z.strictObject({
  within: duration.describe("so soon, in tape time"),
  after: predicate.describe("after each record of this kind"),
  comes: predicate.describe("one of this kind is said"),
});
const final = z.strictObject({
  final: predicate.describe("the last state said by each machine on each channel is like this"),
  of: predicate.optional().describe("what counts as a state (default: value.type = state)"),
});

/** One thing that must be true of what the subject says. */
export const expectationSchema = z.union([counted, absent, always, never, within, final]);

export type Expectation = z.infer<typeof expectationSchema>;
/** The form of an expectation that has this key. */
export type ExpectationWith<Key extends string> = Extract<Expectation, { [key in Key]: unknown }>;
/** As a person writes it. */
export type ExpectationInput = z.input<typeof expectationSchema>;
