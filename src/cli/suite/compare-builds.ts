import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { FieldtapeError } from "../../errors.ts";
import type { Said } from "../../replayer/divergence.ts";
import { isSaid } from "../../replayer/divergence.ts";
import type { Placed } from "../../replayer/placed.ts";
import { caseName } from "../../scenarios/case-folder.ts";
import type { CaseFindings } from "../../scenarios/differences/cluster.ts";
import { writeDiff } from "../../scenarios/differences/diff-file.ts";
import { findDifferences } from "../../scenarios/differences/find-differences.ts";
import { findingsOf } from "../../scenarios/differences/findings.ts";
import { discover } from "../../scenarios/discover.ts";
import { keptPlace } from "../../scenarios/run/kept-said.ts";
import { openTape } from "../../tape/reader.ts";
import { FAILURES_FILE } from "./play-corpus.ts";

export interface BuildComparison {
  readonly cases: number;
  readonly differing: readonly CaseFindings[];
  /** Cases that only one of the builds can play, and why the other cannot. */
  readonly broken: readonly { readonly name: string; readonly build: "base" | "head"; readonly why: string }[];
  /** Cases that neither can play: about them nothing is known. */
  readonly unknown: readonly { readonly name: string; readonly why: string }[];
}

export interface CompareBuildsOptions {
  readonly folder: string;
  readonly corpus: string;
  /** How to run each build's fieldtape: program and arguments. */
  readonly base: readonly string[];
  readonly head: readonly string[];
  /** Where whole diffs are left. */
  readonly diffFolder: string;
  readonly signal: AbortSignal;
}

const OUTPUT_MAX = 16 * 1024 * 1024;

/**
 * Plays a corpus with two builds and compares what they say: no golden is needed.
 *
 * @throws FieldtapeError INPUT_UNREADABLE when a build cannot be run
 */
export async function compareBuilds(options: CompareBuildsOptions): Promise<BuildComparison> {
  const place = resolve(".fieldtape");
  await mkdir(place, { recursive: true });
  const kept = await mkdtemp(join(place, "builds-"));
  try {
    const names = (await discover(options.folder)).folders.map((path) => caseName(options.corpus, path));
    const base = await playWith(options.base, join(kept, "base"), options);
    const head = await playWith(options.head, join(kept, "head"), options);
    const differing: CaseFindings[] = [];
    for (const name of names) {
      const found = await differenceOf(name, [base.folder, head.folder], options.diffFolder);
      if (found !== undefined) differing.push(found);
    }
    return {
      cases: names.length,
      differing,
      broken: [...onlyIn(base, head, "base"), ...onlyIn(head, base, "head")],
      unknown: Object.entries(head.failures)
        .filter(([name]) => Object.hasOwn(base.failures, name))
        .map(([name, why]) => ({ name, why: String(why) })),
    };
  } finally {
    await rm(kept, { recursive: true, force: true });
  }
}

interface Build {
  readonly folder: string;
  readonly failures: Readonly<Record<string, unknown>>;
}

async function playWith(command: readonly string[], folder: string, options: CompareBuildsOptions): Promise<Build> {
  const [program = "", ...args] = command;
  await mkdir(folder, { recursive: true });
  try {
    await promisify(execFile)(program, [...args, "suite", "play", options.folder, "--out", folder], {
      maxBuffer: OUTPUT_MAX,
      signal: options.signal,
    });
    const failures: unknown = JSON.parse(await readFile(join(folder, FAILURES_FILE), "utf8"));
    return { folder, failures: typeof failures === "object" && failures !== null ? { ...failures } : {} };
  } catch (cause) {
    options.signal.throwIfAborted();
    const said = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim().slice(-500) : "";
    throw new FieldtapeError(
      "INPUT_UNREADABLE",
      `cannot play the corpus with ${command.join(" ")}${said === "" ? "" : `: ${said}`}`,
      {
        cause,
        hint: "it must run a fieldtape that has suite compare itself, as in --base 'node ../base/bin/run.js'",
      },
    );
  }
}

/** Cases that this build cannot play and the other one can. */
function onlyIn(build: Build, other: Build, which: "base" | "head"): BuildComparison["broken"] {
  return Object.entries(build.failures)
    .filter(([name]) => !Object.hasOwn(other.failures, name))
    .map(([name, why]) => ({ name, build: which, why: String(why) }));
}

async function differenceOf(
  name: string,
  folders: readonly [base: string, head: string],
  diffFolder: string,
): Promise<CaseFindings | undefined> {
  const [before, after] = [keptPlace(folders[0], name), keptPlace(folders[1], name)];
  if (!existsSync(before) || !existsSync(after)) return undefined;
  if ((await readFile(before)).equals(await readFile(after))) return undefined;
  const expected = await saidIn(before);
  const actual = await saidIn(after);
  const found = findDifferences(expected, actual);
  if (found.differences.length === 0) return undefined;
  const diff = join(diffFolder, name, "differences.jsonl");
  await writeDiff(diff, found);
  const tape = (async function* () {})();
  return { name, differences: await findingsOf(found, { expected, actual }, { tape, diff }) };
}

async function saidIn(path: string): Promise<readonly Placed<Said>[]> {
  const said: Placed<Said>[] = [];
  // A subject that said nothing left an empty file, which is no tape.
  if ((await readFile(path)).length === 0) return said;
  await using tape = await openTape(path);
  for await (const { firstLine, records } of tape.batches({ verify: false }))
    for (const [index, record] of records.entries()) if (isSaid(record)) said.push({ line: firstLine + index, record });
  return said;
}
