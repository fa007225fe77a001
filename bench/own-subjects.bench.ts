import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resolveSubject } from "../src/cli/subjects.ts";
import { Deck } from "../src/replayer/deck.ts";
import { replayTape } from "../src/replayer/replay-tape.ts";
import { formatRecord } from "../src/tape/line.ts";
import { openTape } from "../src/tape/reader.ts";
import { nanos, ZERO } from "../src/time/nanos.ts";
import { SystemClock } from "../src/time/system-clock.ts";
import { nmeaBytes } from "./framers.bench.ts";
import { type Bench, medianSeconds } from "./row.ts";

/** Says something to each record, as plainly as Python can. */
const PROGRAM = `import json, sys
write = sys.stdout.write
for line in sys.stdin:
    told = json.loads(line)
    kind = told["type"]
    if kind == "raw":
        write('{"type":"output","at":%d,"machine":"python","channel":%d,"value":{"type":"frame","length":%d}}\\n' % (told["at"], told["channel"], len(told["text"])))
    elif kind == "advance":
        write('{"type":"done","id":%d,"deadline":null}\\n' % told["id"])
        sys.stdout.flush()
    elif kind == "open":
        write('{"type":"ready","abi":1}\\n')
        sys.stdout.flush()
`;

const moduleOf = (framer: string): string =>
  `export const PLUGIN_ABI = 1;\nexport const create = () => ({ framer: { subject: ${JSON.stringify(framer)} } });\n`;

/**
 * Subjects of one's own: a tape with a sentence of NMEA a record, replayed at full speed, what is said counted. Framed as lines it shows what
 * the border costs; as NMEA, with some twenty texts to a frame, what a frame of many parts costs beside it.
 */
export const ownSubjects: Bench = async ({ quick, folder }) => {
  const count = quick ? 20_000 : 200_000;
  const tape = join(folder, "sentences.tape.jsonl");
  writeSentences(tape, count);
  mkdirSync(join(folder, "module"), { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  for (const framer of ["lines", "nmea"]) writeFileSync(join(folder, "module", `${framer}.mjs`), moduleOf(framer));
  writeFileSync(join(folder, "program.py"), PROGRAM);
  const runs = quick ? 1 : 5;
  const measured = (inProcess: boolean, name: Measured["name"]) => rate({ folder, inProcess, name, tape, count, runs });
  const lines = { here: await measured(true, "own-lines"), apart: await measured(false, "own-lines") };
  const nmea = { here: await measured(true, "own-nmea"), apart: await measured(false, "own-nmea") };
  return [
    {
      work: "replay lines into a module in a process of its own",
      ours: lines.apart,
      unit: "frames/s",
      peer: { name: "in process", figure: lines.here },
      target: { compare: "at least", figure: 200_000 },
    },
    {
      work: "replay NMEA, some twenty texts a frame, into one",
      ours: nmea.apart,
      unit: "frames/s",
      peer: { name: "in process", figure: nmea.here },
    },
    {
      work: "the lesser of the two, as a part of in process",
      ours: Math.min(lines.apart / lines.here, nmea.apart / nmea.here),
      unit: "×",
      peer: undefined,
      target: { compare: "at least", figure: 0.25 },
    },
    {
      work: "replay into a Python program over stdio, an answer to each record",
      ours: await measured(false, "program"),
      unit: "records/s",
      peer: undefined,
      target: { compare: "at least", figure: 100_000 },
    },
  ];
};

interface Measured {
  readonly folder: string;
  readonly inProcess: boolean;
  readonly name: "own-lines" | "own-nmea" | "program";
  readonly tape: string;
  readonly count: number;
  readonly runs: number;
}

async function rate({ folder, inProcess, name, tape, count, runs }: Measured): Promise<number> {
  const config = {
    subjects: {
      "own-lines": { module: "./module/lines.mjs" },
      "own-nmea": { module: "./module/nmea.mjs" },
      program: { command: ["python3", "program.py"] as [string, string] },
    },
  };
  const loaded = { config, file: join(folder, "fieldtape.config.json"), inProcess };
  const { subject, config: options } = await resolveSubject(name, undefined, loaded);
  const { signal } = new AbortController();
  await using reader = await openTape(tape);
  const deck = new Deck({
    tape: reader,
    subject,
    open: { config: options, seed: 0, faults: [] },
    feed: { play: "rx", time: "recorded", drain: ZERO },
    clock: new SystemClock({ sleep: "coarse" }),
    verify: true,
  });
  const seconds = await medianSeconds(runs, async () => {
    let said = 0;
    await using run = (await deck.begin(signal)).run;
    for await (const { outputs } of replayTape(run, {}, signal)) said += outputs.length;
    if (said !== count) throw new Error(`${said} answers to ${count} records`);
  });
  return count / seconds;
}

/** A record for each sentence, a millisecond apart. */
function writeSentences(tape: string, count: number): void {
  const lines = [
    '{"type":"channel","at":0,"channel":0,"name":"gnss","kind":"stream","source":"bench","settings":{}}\n',
  ];
  const bytes = Buffer.from(nmeaBytes(count));
  for (let start = 0; lines.length <= count; ) {
    const end = bytes.indexOf(0x0a, start) + 1;
    const at = nanos(lines.length * 1_000_000);
    lines.push(`${formatRecord({ type: "raw", at, channel: 0, dir: "rx", bytes: bytes.subarray(start, end) })}\n`);
    start = end;
  }
  writeFileSync(tape, lines.join(""));
}
