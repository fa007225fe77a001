import type { JsonObject } from "../../bytes/json.ts";
import { type DryRun, dryRun, LONG_SILENCE } from "../../replayer/dry-run.ts";
import { openTape } from "../../tape/reader.ts";
import type { RecordBatch, TapeRecord } from "../../tape/record.ts";
import { ChannelChoice, select } from "../../tape/select.ts";
import type { WireSurvey } from "../../tape/survey.ts";
import type { Stage } from "../../tape/transform.ts";
import { formatDuration } from "../../time/duration.ts";
import { inZone, type Zone } from "../../time/zone.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { plural } from "../plural.ts";
import type { ReplayPlan } from "./plan.ts";
import type { ReplayIo } from "./run-replay.ts";
import { type Part, partOf } from "./session.ts";

/** Says what would be played, and what is odd about it. No subject is needed. */
export async function tellDryRun(plan: ReplayPlan, { print, signal, zone }: ReplayIo): Promise<ExitCode> {
  await using tape = await openTape(plan.tape);
  const part = await partOf(plan, signal);
  const choice = plan.channels === undefined ? undefined : new ChannelChoice(plan.channels);
  const all = tape.batches({ verify: false, signal });
  const isAll = choice === undefined && plan.dir === undefined && part.from === undefined && part.until === undefined;
  const told = await dryRun(isAll ? all : chosen(all, plan, part, choice), {
    longSilence: LONG_SILENCE,
    rate: plan.rate,
    maxGap: plan.maxGap,
    drain: plan.drain,
    cut: part.until !== undefined,
    from: part.from?.at,
  });
  choice?.assertFound(plan.tape);
  await print(plan.json ? `${JSON.stringify(jsonOf(plan.tape, told))}\n` : words(plan.tape, told, zone));
  return EXIT.ok;
}

/** The part of the tape that is played; what comes before it is said (channels), but not played. */
async function* chosen(
  batches: AsyncIterable<RecordBatch>,
  { dir }: ReplayPlan,
  { from, until }: Part,
  channels: ChannelChoice | undefined,
): AsyncGenerator<RecordBatch> {
  let kept: TapeRecord[] = [];
  let keptLine = 0;
  const options = { ...(channels === undefined ? {} : { channels }), ...(dir === undefined ? {} : { dir }) };
  const stage: Stage = select(options)((record, line) => {
    if (kept.length === 0) keptLine = line;
    kept.push(record);
  });
  for await (const { firstLine, records } of batches) {
    for (const [index, record] of records.entries()) {
      const line = firstLine + index;
      const at = record.type === "header" ? 0 : record.at;
      if (until !== undefined && (at > until.at || line > (until.line ?? line))) return;
      const early = from !== undefined && (at < from.at || line < (from.cue.line ?? line));
      if (early && record.type !== "channel" && record.type !== "header") continue;
      stage.take(record, line);
      if (kept.length > 0) yield { firstLine: keptLine, records: kept };
      kept = [];
    }
  }
}

function words(tape: string, { records, duration, playing, survey, oddities }: DryRun, zone: Zone): string {
  const began = survey.header === undefined ? "" : `, began ${inZone(survey.header.started, zone)}`;
  const lines = [`${tape}: ${plural(records, "record")}, ${formatDuration(duration)} of tape${began}`];
  if (playing !== undefined) lines.push(`would play for ${formatDuration(playing)}`);
  for (const { channel, name, kind, source, rx, tx, gaps } of survey.channels) {
    const amounts = `${wire("rx", rx)}, ${wire("tx", tx)}${gaps > 0 ? `, ${plural(gaps, "gap")}` : ""}`;
    lines.push(`  channel ${channel}  ${name}  ${kind}  ${source}  ${amounts}`);
  }
  const { header: _, end: __, block: ___, channel: ____, ...types } = survey.types;
  lines.push(
    `  ${Object.entries(types)
      .map(([type, count]) => `${count} ${type}`)
      .join(", ")}`,
  );
  lines.push(oddities.length === 0 ? "nothing odd" : "odd:", ...oddities.map((oddity) => `  ${oddity}`));
  return `${lines.filter((line) => line.trim() !== "").join("\n")}\n`;
}

const wire = (dir: string, { reads, bytes }: WireSurvey): string => `${dir} ${bytes} bytes in ${plural(reads, "read")}`;

function jsonOf(tape: string, { records, duration, playing, survey, oddities }: DryRun): JsonObject {
  const { types, channels, gaps, marks } = survey;
  return {
    tape,
    records,
    duration,
    playing,
    types,
    channels: channels.map((channel) => ({ ...channel, rx: { ...channel.rx }, tx: { ...channel.tx } })),
    gaps: { count: gaps.count, bytes: gaps.bytes, causes: { ...gaps.causes } },
    marks: marks.count,
    oddities: [...oddities],
  };
}
