import { realpath } from "node:fs/promises";
import { basename } from "node:path";
import type { JsonObject } from "../bytes/json.ts";
import { FieldtapeError } from "../errors.ts";
import { type Import, type ImportOptions, type ImportReport, openImport } from "../recorder/convert/import.ts";
import { derivedId } from "../tape/derive.ts";
import { TapeWriter } from "../tape/writer.ts";
import type { TapeWriterOptions } from "../tape/writer-options.ts";
import { formatIso } from "../time/iso.ts";
import { nanos } from "../time/nanos.ts";
import { type InputFile, openInput } from "./input-file.ts";
import { VERSION } from "./version.ts";

export interface ImportJob {
  /** Files that continue one another; `-` is the standard input. */
  readonly files: readonly string[];
  /** Path of the tape. */
  readonly output: string;
  readonly force: boolean;
  readonly options: ImportOptions;
  readonly signal: AbortSignal;
  /** Called now and then: how far it is, and of how many bytes if that is known. */
  readonly onProgress: (report: ImportReport, size: number | undefined) => void;
}

/**
 * Imports files as one tape. Whatever goes wrong on the way, what came before is on the tape, and the tape is closed.
 *
 * @throws FieldtapeError what was wrong with the input, or with writing the tape
 */
export async function importTape(job: ImportJob): Promise<ImportReport> {
  await refuseOverwriting(job);
  const inputs: InputFile[] = [];
  try {
    for (const file of job.files) inputs.push(await openInput(file, job.signal));
    const sources = inputs.map(({ chunks }, index) => ({ name: nameOf(job.files[index] ?? ""), chunks }));
    const opened = await openImport(sources, job.options);
    return await writeTape(job, opened, totalSize(inputs));
  } finally {
    for (const input of inputs) await input[Symbol.asyncDispose]();
  }
}

async function writeTape(job: ImportJob, opened: Import, size: number | undefined): Promise<ImportReport> {
  const header = headerFields(job, opened, size);
  await using writer = await TapeWriter.create(job.output, { header, live: false, force: job.force });
  try {
    for await (const batch of opened.batches) {
      for (const record of batch) writer.write(record);
      if (writer.full) await writer.drained();
      job.onProgress(opened.report(), size);
    }
  } catch (thrown) {
    await writer.close({
      reason: thrown instanceof FieldtapeError && thrown.code === "ABORTED" ? "stop" : "input-failed",
    });
    throw kept(thrown, job.output);
  }
  const report = opened.report();
  await writer.close({ reason: "eof", at: nanos(report.duration) });
  return report;
}

/** The same input and options give the same tape: its id is made from the input's first bytes, size and date, and the options. */
function headerFields(
  { files, options }: ImportJob,
  opened: Import,
  size: number | undefined,
): TapeWriterOptions["header"] {
  const { format } = opened.report();
  const { ports, dir, baud, chunk, zone } = options;
  const isRaw = format === "raw";
  const said: JsonObject = {
    format,
    ...(ports.size === 0 ? {} : { ports: [...ports].sort((a, b) => a - b) }),
    ...(isRaw || format === "hex" ? { dir } : {}),
    ...(isRaw ? { chunk, baud } : {}),
    ...(zone === undefined ? {} : { zone }),
  };
  const started = startedText(opened.started ?? 0n);
  return {
    id: derivedId("import", [opened.fingerprint, `${size ?? "stream"}`, started], said),
    started,
    recorder: VERSION,
    requires: [],
    meta: { import: { files: files.map(nameOf), ...said } },
  };
}

/** Microseconds where that is exact. */
function startedText(wall: bigint): string {
  return formatIso(wall, wall % 1_000n === 0n ? 6 : 9);
}

function nameOf(file: string): string {
  return file === "-" ? "stdin" : basename(file);
}

function totalSize(inputs: readonly InputFile[]): number | undefined {
  let total: number | undefined = 0;
  for (const { size } of inputs) total = total === undefined || size === undefined ? undefined : total + size;
  return total;
}

/** Says that the failure has not cost what came before it. */
function kept(thrown: unknown, output: string): unknown {
  if (!(thrown instanceof FieldtapeError)) return thrown;
  const { code, message, file, line, cause } = thrown;
  return new FieldtapeError(code, message, {
    hint: `everything before it is in ${output}`,
    cause,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  });
}

/** Overwriting a file that is to be read would empty it before it is read. */
async function refuseOverwriting({ files, output }: ImportJob): Promise<void> {
  const place = await realpath(output).catch(() => undefined);
  for (const file of files) {
    if (place !== undefined && file !== "-" && place === (await realpath(file).catch(() => undefined))) {
      throw new FieldtapeError("USAGE", "is to be read and would be overwritten", {
        file,
        hint: "name the new tape with --output",
      });
    }
  }
}
