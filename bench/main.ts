import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { crashMap } from "./crash-map.bench.ts";
import { differences } from "./differences.bench.ts";
import { framers } from "./framers.bench.ts";
import { minimising } from "./minimising.bench.ts";
import { ownSubjects } from "./own-subjects.bench.ts";
import { pace } from "./pace.bench.ts";
import { pacing } from "./pacing.bench.ts";
import { pcapImport } from "./pcap.bench.ts";
import { type Bench, type Row, reached } from "./row.ts";
import { seeking } from "./seeking.bench.ts";
import { startUp } from "./start-up.bench.ts";
import { suite } from "./suite.bench.ts";
import { tap } from "./tap.bench.ts";
import { tape } from "./tape.bench.ts";

const BENCHES: Readonly<Record<string, Bench>> = {
  pace,
  tape,
  framers,
  pcap: pcapImport,
  pacing,
  seeking,
  differences,
  suite,
  minimising,
  "crash-map": crashMap,
  "start-up": startUp,
  tap,
  "own-subjects": ownSubjects,
};

/**
 * `npm run bench -- [NAME…] [--quick] [--strict] [--json]`: runs the benchmarks beside their peers. `--strict` fails when a target is missed or
 * a peer is missing; without it the table only says so, because figures drift on shared machines.
 */
export async function main(args: readonly string[], root: string): Promise<number> {
  const wanted = args.filter((arg) => !arg.startsWith("--"));
  const unknown = wanted.filter((name) => !(name in BENCHES));
  if (unknown.length > 0) {
    console.error(`there is no benchmark ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}`);
    return 2;
  }
  const quick = args.includes("--quick");
  const rows: Row[] = [];
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const folder = mkdtempSync(join(tmpdir(), "fieldtape-bench-"));
    try {
      mkdirSync(folder, { recursive: true });
      rows.push(...(await bench({ quick, folder, root })));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    console.error(`${name}: done`);
  }
  print(rows, args.includes("--json"), quick);
  const failed = rows.filter((row) => reached(row) === false || peerMissing(row));
  return args.includes("--strict") && failed.length > 0 ? 1 : 0;
}

function peerMissing(row: Row): boolean {
  return row.peer !== undefined && row.peer.figure === undefined;
}

function print(rows: readonly Row[], json: boolean, quick: boolean): void {
  if (json) {
    for (const row of rows) console.log(JSON.stringify({ ...row, reached: reached(row) }));
    return;
  }
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}${quick ? ", quick: proves no figure" : ""}`,
  );
  const table = [["work", "fieldtape", "peer", "fieldtape/peer", "to reach", ""], ...rows.map(cells)];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
  for (const line of table)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}

function cells(row: Row): string[] {
  const { peer, target } = row;
  const verdict = reached(row);
  return [
    row.work,
    `${short(row.ours)} ${row.unit}`,
    peer === undefined
      ? ""
      : peer.figure === undefined
        ? `${peer.name}: peer missing`
        : `${peer.name}: ${short(peer.figure)} ${row.unit}`,
    peer?.figure === undefined ? "" : `${(row.ours / peer.figure).toFixed(2)} ×`,
    target === undefined ? "" : `${target.compare} ${short(target.figure)} ${row.unit}`,
    verdict === undefined ? "" : verdict ? "reached" : "MISSED",
  ];
}

/** Three digits: what a shared machine can vouch for. */
function short(figure: number): string {
  if (figure >= 1e6) return `${(figure / 1e6).toPrecision(3)} M`;
  if (figure >= 1e4) return `${(figure / 1e3).toPrecision(3)} k`;
  return figure >= 100 ? figure.toFixed(0) : figure.toPrecision(3);
}
