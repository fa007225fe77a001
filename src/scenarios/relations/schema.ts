import * as z from "zod";
import { words } from "../notation/schema.ts";

/** What must hold of every case, whatever it is about. */
export const RELATIONS = ["twice", "re-chunk", "pause-resume", "warm-seek", "round-trip"] as const;
export type RelationName = (typeof RELATIONS)[number];

const reason = words.optional().describe("why this relation cannot hold for this case");

/** The relations that a case opts out of, each with its reason. */
export const relationsSchema = z.strictObject({
  "re-chunk": reason,
  twice: reason,
  "pause-resume": reason,
  "warm-seek": reason,
  "round-trip": reason,
});
