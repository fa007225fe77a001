import { appendFile } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import { FieldtapeError } from "../../errors.ts";
import type { RunResult } from "../../scenarios/run/run-result.ts";
import { writeReportFile } from "./result-file.ts";

/** What a report is made of. */
export interface ReportInput {
  readonly result: RunResult;
  /** The corpus as it lies below the current folder. */
  readonly corpus: string;
  readonly file: string;
}

/** Every report by its name: a new one is added here. Each loads what it needs when it is asked for. */
const REPORTS: Readonly<Record<string, (input: ReportInput) => Promise<void>>> = {
  async junit({ result, file }) {
    const { junitReport } = await import("../../scenarios/report/junit.ts");
    await writeReportFile(file, junitReport(result.cases));
  },
  async json({ result, file }) {
    const { jsonReport } = await import("../../scenarios/report/json-report.ts");
    await writeReportFile(file, jsonReport(result.cases));
  },
  async github({ result, corpus, file }) {
    const { githubReport } = await import("../../scenarios/report/github.ts");
    const { annotations, summary } = githubReport(result.cases, corpus);
    // GitHub reads commands from either output; stdout may be somebody's JSON.
    for (const line of annotations) process.stderr.write(`${line}\n`);
    await append(file, summary);
  },
  async html({ result, corpus, file }) {
    const [{ htmlReport }, { casePictures }, { clustersOf }, { differingCases }, { VERSION }] = await Promise.all([
      import("../../scenarios/report/html-report.ts"),
      import("./case-pictures.ts"),
      import("../../scenarios/differences/cluster.ts"),
      import("./suite-words.ts"),
      import("../version.ts"),
    ]);
    const clusters = clustersOf(differingCases(result.cases));
    const pictures = await casePictures(resolve(corpus), result.cases);
    await writeReportFile(
      file,
      htmlReport({ title: corpus, version: VERSION.version, results: result.cases, clusters, pictures }),
    );
  },
};

export const REPORT_NAMES = Object.keys(REPORTS);

export interface WantedReport {
  readonly name: string;
  readonly file: string;
}

/** `junit=FILE`. @throws FieldtapeError USAGE */
export function parseReport(text: string): WantedReport {
  const at = text.indexOf("=");
  const name = text.slice(0, Math.max(0, at));
  const file = text.slice(at + 1);
  if (!Object.hasOwn(REPORTS, name) || file === "")
    throw new FieldtapeError(
      "USAGE",
      `--report ${text}: must be NAME=FILE, with one of the names ${REPORT_NAMES.join(", ")}`,
    );
  return { name, file };
}

export async function writeReports(wanted: readonly WantedReport[], input: Omit<ReportInput, "file">): Promise<void> {
  for (const { name, file } of wanted) await REPORTS[name]?.({ ...input, file });
}

/** The job's summary belongs to all steps of a job. */
async function append(file: string, text: string): Promise<void> {
  try {
    await appendFile(file, text);
  } catch (cause) {
    throw new FieldtapeError("OUTPUT_FAILED", "cannot write", { file, cause });
  }
}
