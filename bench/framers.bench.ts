import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Framer, FramerInput } from "../src/machine/machine.ts";
import { MODBUS_TCP_OPTIONS, modbusTcp } from "../src/protocol/modbus/modbus-tcp.ts";
import { NMEA_OPTIONS, nmea } from "../src/protocol/nmea/nmea.ts";
import { nmeaReceiver } from "../src/simulator/nmea-receiver.ts";
import { ZERO } from "../src/time/nanos.ts";
import { type Bench, medianSeconds, type Row } from "./row.ts";

const CHUNK = 64 * 1024;

/** Machines alone: bytes in 64 KiB reads, frames counted. */
export const framers: Bench = async ({ quick, folder, root }) => {
  const runs = quick ? 1 : 5;
  const sentences = nmeaBytes(quick ? 20_000 : 400_000);
  const frames = modbusBytes(quick ? 20_000 : 400_000);
  const nmeaRate = await rate(nmea, NMEA_OPTIONS, sentences, runs);
  const modbusRate = await rate(modbusTcp, MODBUS_TCP_OPTIONS, frames, runs);
  return [
    {
      work: "NMEA sentences through the framer, counted",
      ours: nmeaRate,
      unit: "sentences/s",
      peer: undefined,
      target: { compare: "at least", figure: 1_000_000 },
    },
    {
      work: "Modbus/TCP frames through the framer, counted",
      ours: modbusRate,
      unit: "frames/s",
      peer: undefined,
      target: { compare: "at least", figure: 500_000 },
    },
    await nmeaToFile(sentences, folder, root, quick ? 1 : 3),
  ];
};

async function rate<Options, State>(
  framer: Framer<Options, State>,
  options: Options,
  bytes: Uint8Array,
  runs: number,
): Promise<number> {
  let counted = 0;
  const seconds = await medianSeconds(runs, () => {
    counted = 0;
    let state = framer.initial({ options, dir: "rx", kind: "stream" });
    for (let start = 0; start < bytes.length; start += CHUNK) {
      const input: FramerInput = { type: "bytes", bytes: bytes.subarray(start, start + CHUNK) };
      const step = framer.step(state, input, ZERO);
      state = step.state;
      counted += step.outputs.length;
    }
  });
  return counted / seconds;
}

/** The whole program: tape in, JSON to a file; beside gpsdecode on the same sentences. */
async function nmeaToFile(sentences: Uint8Array, folder: string, root: string, runs: number): Promise<Row> {
  const log = join(folder, "receiver.nmea");
  const tape = join(folder, "receiver.tape.jsonl");
  writeFileSync(log, sentences);
  const program = join(root, "bin", "run.js");
  const imported = spawnSync(process.execPath, [program, "import", log, "--format", "raw", "-o", tape], {
    encoding: "utf8",
  });
  if (imported.status !== 0) throw new Error(imported.stderr);
  const out = join(folder, "frames.jsonl");
  const shell = (command: string, ...args: string[]): number | null =>
    spawnSync("sh", ["-c", command, "sh", ...args], { stdio: "ignore" }).status;
  const seconds = await medianSeconds(runs, () => {
    if (
      shell(
        'exec "$1" "$2" replay "$3" --subject nmea --json --no-config > "$4"',
        process.execPath,
        program,
        tape,
        out,
      ) !== 0
    )
      throw new Error("replay failed");
  });
  const count = newlines(readFileSync(out));
  const peerSeconds =
    shell("command -v gpsdecode") === 0
      ? await medianSeconds(1, () => void shell('gpsdecode < "$1" > "$2"', log, join(folder, "gpsd.json")))
      : undefined;
  return {
    work: "NMEA: tape to JSON on disk, whole program",
    ours: count / seconds,
    unit: "sentences/s",
    peer: { name: "gpsdecode", figure: peerSeconds === undefined ? undefined : count / peerSeconds },
    target: { compare: "at least", figure: 400_000 },
  };
}

function newlines(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte === 0x0a) count += 1;
  return count;
}

/** What the simulated receiver says, so many sentences of it. */
export function nmeaBytes(sentences: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let state = nmeaReceiver.initial({ intervalMs: 1, count: 0 });
  state = nmeaReceiver.step(state, { type: "open" }, ZERO).state;
  for (let count = 0; count < sentences; count += 2) {
    const step = nmeaReceiver.step(state, { type: "elapsed" }, nmeaReceiver.deadline(state) ?? ZERO);
    state = step.state;
    pieces.push(...step.outputs);
  }
  return Buffer.concat(pieces);
}

/** Replies of ten registers each. */
function modbusBytes(frames: number): Uint8Array {
  const bytes = Buffer.alloc(frames * 29);
  for (let n = 0; n < frames; n += 1) {
    const offset = n * 29;
    bytes.writeUInt16BE(n & 0xffff, offset);
    bytes.writeUInt16BE(23, offset + 4);
    bytes.set([1, 3, 20], offset + 6);
    for (let register = 0; register < 10; register += 1)
      bytes.writeUInt16BE((n + register) & 0xffff, offset + 9 + 2 * register);
  }
  return bytes;
}
