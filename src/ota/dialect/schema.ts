import * as z from "zod";
import type { TrustMemory } from "../release/trust.ts";

const counter = z.int().min(0);
const keyids = z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(64);
const facts = z.object({ plugin_abi: counter, config_schema: counter, data_schema: counter });

const kept = z.object({
  /** The newest root that was trusted, as it was signed. */
  root: z.string().max(600_000).optional(),
  memory: z.object({
    timestamp: z
      .object({
        version: counter,
        release: counter,
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        issued: z.iso.datetime({ offset: false }),
        root: counter,
        keyids,
        releaseKeyids: keyids,
      })
      .optional(),
    floor: z.object({ release: counter, root: counter, keyids }).optional(),
  }),
  /** What the last releases say of themselves, by release. */
  releases: z.record(z.string().regex(/^[0-9]{1,16}$/), facts),
});

export type ReleaseFacts = z.infer<typeof facts>;

/** What the native dialect keeps between sessions. */
export interface Kept {
  readonly root?: string | undefined;
  readonly memory: TrustMemory;
  readonly releases: Readonly<Record<string, ReleaseFacts>>;
}

const NOTHING: Kept = { memory: {}, releases: {} };

/** Anything that is not what was kept is treated as nothing: the root that was baked in still holds, and the updater's own floor. */
export function parseKept(text: string | undefined): Kept {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    return NOTHING;
  }
  const parsed = kept.safeParse(value);
  if (!parsed.success) return NOTHING;
  const { memory, ...rest } = parsed.data;
  const { timestamp, floor } = memory;
  return { ...rest, memory: { ...(timestamp && { timestamp }), ...(floor && { floor }) } };
}
