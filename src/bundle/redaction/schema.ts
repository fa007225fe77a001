import * as z from "zod";
import { FieldtapeError } from "../../errors.ts";
import { compilePattern } from "../../tape/pattern.ts";
import { compilePredicate } from "../../tape/predicate.ts";
import { BUILT_IN_PATTERNS } from "./built-in-patterns.ts";
import { parseFieldPath } from "./field-path.ts";
import type { RedactionProfile } from "./profile.ts";
import { STANDARD_PROFILE } from "./standard-profile.ts";

const RULES_MAX = 500;
const name = z.string().min(1).max(200);

const metadata = z.strictObject({
  addresses: z.enum(["keep", "alias"]).optional(),
  channels: z.enum(["keep", "alias"]).optional(),
  marks: z.enum(["keep", "alias", "drop"]).optional(),
  headerMembers: z.array(name).max(RULES_MAX).optional(),
  events: z.enum(["keep", "alias", "drop"]).optional(),
  eventMembers: z.array(name).max(RULES_MAX).optional(),
  blobs: z.enum(["keep", "drop"]).optional(),
});

const path = name.refine((text) => parseFieldPath(text) !== undefined, "is no path like fields[1] or objects[*].text");

const fieldRule = z.strictObject({
  when: z.string().max(2000).superRefine(refusing(compilePredicate)).optional(),
  path,
  bytes: z.tuple([z.int(), z.int()]).optional(),
  action: z.enum(["pseudonym", "mask", "keep", "drop"]),
  as: z.enum(["latitude", "longitude"]).optional(),
});

const patterns = z.strictObject({
  builtIn: z.union([z.literal("all"), z.array(z.enum(Object.keys(BUILT_IN_PATTERNS)))]).optional(),
  own: z.record(name, z.string().superRefine(refusing(compilePattern))).optional(),
});

/** A profile as a project's configuration has it: what it does not say is as in the standard one. */
export const profileSchema = z.strictObject({
  metadata: metadata.optional(),
  fields: z.record(name, z.array(fieldRule).max(RULES_MAX)).optional(),
  framer: z.strictObject({ subject: name, options: z.json().optional() }).optional(),
  follows: z.record(name, z.array(path).max(RULES_MAX)).optional(),
  faults: z.enum(["scramble", "filler", "keep"]).optional(),
  patterns: patterns.optional(),
});

export type ProfileOverrides = z.infer<typeof profileSchema>;

/** The standard profile with what another says over it: machine by machine, member by member. */
export function profileOf({ metadata, fields, framer, follows, faults, patterns }: ProfileOverrides): RedactionProfile {
  const { metadata: standard } = STANDARD_PROFILE;
  return {
    metadata: {
      addresses: metadata?.addresses ?? standard.addresses,
      channels: metadata?.channels ?? standard.channels,
      marks: metadata?.marks ?? standard.marks,
      headerMembers: metadata?.headerMembers ?? standard.headerMembers,
      events: metadata?.events ?? standard.events,
      eventMembers: metadata?.eventMembers ?? standard.eventMembers,
      blobs: metadata?.blobs ?? standard.blobs,
    },
    fields: { ...STANDARD_PROFILE.fields, ...fields },
    framer,
    follows: { ...STANDARD_PROFILE.follows, ...follows },
    faults: faults ?? STANDARD_PROFILE.faults,
    patterns: {
      builtIn: patterns?.builtIn ?? STANDARD_PROFILE.patterns.builtIn,
      own: patterns?.own ?? STANDARD_PROFILE.patterns.own,
    },
  };
}

function refusing(compile: (text: string) => unknown) {
  return (text: string, context: z.RefinementCtx): void => {
    try {
      compile(text);
    } catch (thrown) {
      if (!(thrown instanceof FieldtapeError)) throw thrown;
      context.addIssue({ code: "custom", message: thrown.message });
    }
  };
}
