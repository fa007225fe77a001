import * as z from "zod";

const disturbance = z.discriminatedUnion("type", [
  z.object({ type: z.literal("power-cut"), choice: z.int().min(0) }),
  z.object({ type: z.literal("killed") }),
  z.object({ type: z.literal("refused"), code: z.string().max(20), from: z.boolean() }),
]);

const misfortune = z.object({ session: z.enum(["first", "restart"]), operations: z.int().min(0), disturbance });

/** What happens to which trial of the crash map, as `ota crash-map --scenarios` writes it. */
export const crashScheduleOptions = z.strictObject({
  trial: z.enum([
    "first installation",
    "update",
    "update that does not start",
    "rollback",
    "component update",
    "signed downgrade",
  ]),
  planted: z.string().max(100).optional(),
  schedule: z.array(misfortune).max(100),
});

export type CrashScheduleOptions = z.infer<typeof crashScheduleOptions>;
export type PlannedMisfortune = z.infer<typeof misfortune>;
