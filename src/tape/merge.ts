import { derivedHeader, derivedId, isoDate, recordingOf, sourceId } from "./derive.ts";
import { writeDerivedTape } from "./derived-tape.ts";
import { type MergePlan, planMerge } from "./merge-sources.ts";
import { mergedRecords } from "./merge-stream.ts";
import { MergedChannels } from "./merged-channels.ts";
import type { HeaderRecord, TapeRecord } from "./record.ts";

export interface MergeOptions {
  /** Lay recordings by their first mark of this label, not by the date. */
  readonly align?: string;
  readonly force: boolean;
}

export interface MergeReport {
  readonly out: string;
  /** In the order in which they follow each other at equal times. */
  readonly sources: readonly { readonly path: string; readonly recording: number; readonly shift: number }[];
  readonly records: number;
  /** Said again at the beginning of a part, and no news in the whole. */
  readonly repeatsLeftOut: number;
  /** Anchors of the date by other clocks than the first recording's. */
  readonly anchorsLeftOut: number;
}

/**
 * Writes several tapes as one. Parts of one recording come together exactly as they were before they were parted; different recordings side
 * by side, each with its own channels (renumbered), the date by the clock of the first. The same sources and options give the same bytes.
 *
 * @throws FieldtapeError what `planMerge`, reading and writing throw
 */
export async function mergeTapes(paths: readonly string[], out: string, options: MergeOptions): Promise<MergeReport> {
  const plan = await planMerge(paths, options.align);
  const channels = new MergedChannels(plan);
  const batches = async function* (): AsyncGenerator<readonly TapeRecord[]> {
    yield [mergedHeader(plan, options)];
    for await (const merged of mergedRecords(plan.sources)) yield merged.flatMap((one) => channels.take(one));
  };
  const written = await writeDerivedTape(out, batches(), { force: options.force, sources: paths, reason: "merge" });
  return {
    out,
    sources: plan.sources.map(({ path, recording, shift }) => ({ path, recording, shift })),
    records: written - 1,
    repeatsLeftOut: channels.repeatsLeftOut,
    anchorsLeftOut: channels.anchorsLeftOut,
  };
}

function mergedHeader(plan: MergePlan, { align }: MergeOptions): HeaderRecord {
  const sources = plan.sources.map(({ header }) => sourceId(header));
  const options = align === undefined ? {} : { align };
  const first = plan.sources[0]?.header;
  if (first === undefined) throw new Error("bug in fieldtape: nothing to merge");
  const requires = [...new Set(plan.sources.flatMap(({ header }) => header.requires))];
  // What was put together from one recording is that recording; from several, a new one.
  const recording = plan.recordings === 1 ? recordingOf(first) : derivedId("merge", sources, options);
  return {
    ...derivedHeader(first, { by: "merge", sources, options, recording }),
    started: isoDate(plan.started),
    requires,
  };
}
