import type { Json } from "../../bytes/json.ts";
import { virtualWorld, within } from "../../plugin/virtual-globals.ts";
import { VirtualTimers } from "../../plugin/virtual-timers.ts";
import { feed } from "../../replayer/feed.ts";
import { ZERO } from "../../time/nanos.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { resolveSubject } from "../subjects.ts";
import type { Law, TriedTape } from "./laws.ts";

/**
 * Whether a module asks its surroundings for time or chance, as far as that can be seen: it is played in this process, where stand-ins
 * note what it asks for. Only after it has shown in a process of its own that it neither crashes nor hangs.
 */
export async function ambientLaw(
  { name, config }: { readonly name: string; readonly config: LoadedConfig },
  options: Json | undefined,
  tapes: readonly TriedTape[],
  signal: AbortSignal,
): Promise<Law> {
  const asked = new Set<string>();
  const world = { ...virtualWorld(new VirtualTimers(), name), noted: (what: string) => void asked.add(what) };
  const { subject, config: settings } = await resolveSubject(name, options, { ...config, inProcess: true });
  for (const { name: file, batches } of tapes) {
    await using run = await subject.open({ config: settings, channels: [], seed: 1, faults: [] });
    const feeding = { role: subject.role, play: "rx", time: "recorded", drain: ZERO, file } as const;
    for await (const { records, stopAt } of feed(batches(), feeding)) {
      const until = stopAt ?? records.at(-1)?.at;
      if (until !== undefined) await within(world, () => run.advance(records, until, signal));
    }
  }
  if (asked.size === 0) return { law: "ambient", result: "ok" };
  const why = `it asks for ${[...asked].toSorted().join(", ")}: take \`at\` and \`deadline\` instead, or the legacy adapter (docs/writing-a-subject.md)`;
  return { law: "ambient", result: "failed", why };
}
