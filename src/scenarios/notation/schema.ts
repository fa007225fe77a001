import * as z from "zod";
import { FieldtapeError } from "../../errors.ts";
import { compilePredicate } from "../../tape/predicate.ts";
import { parseDuration } from "../../time/duration.ts";

/** How the parts of a scenario write what they share: spans of time, predicates, sentences. Each is checked where it stands. */

export const words = z.string().trim().min(1, "must say something").max(4000);

/** `1.5s`, `90ms`: nanoseconds once it is read. */
export const duration = z.string().transform((text, context) => attempt(context, () => parseDuration(text)));

/** The same, and `-1.5s`. */
export const shift = z
  .string()
  .transform((text, context) =>
    attempt(context, () => (text.startsWith("-") ? -parseDuration(text.slice(1)) : parseDuration(text))),
  );

/** Kept as text: it crosses threads, and is compiled where it is used. */
export const predicate = z.string().transform((text, context) =>
  attempt(context, () => {
    compilePredicate(text);
    return text;
  }),
);

function attempt<T>(context: z.RefinementCtx, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError)) throw thrown;
    const hint = thrown.hint === undefined ? "" : `\n${thrown.hint}`;
    context.addIssue({ code: "custom", message: `${thrown.message}${hint}` });
    return z.NEVER;
  }
}
