import { spawnSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { MODBUS_TCP_OPTIONS, modbusTcp } from "../src/protocol/modbus/modbus-tcp.ts";
import { openImport } from "../src/recorder/convert/import.ts";
import { writeModbusCapture } from "./pcap-generator.ts";
import { type Bench, medianSeconds } from "./row.ts";

/** A capture of Modbus polling to frames, and to a tape on disk by the whole program; beside both tshark listing the same packets. */
export const pcapImport: Bench = async ({ quick, folder, root }) => {
  const packets = quick ? 20_000 : 1_000_000;
  const capture = join(folder, "polling.pcap");
  writeModbusCapture(capture, { packets, connections: 100 });
  const program = join(root, "bin", "run.js");
  const run = (command: string, ...args: string[]): boolean =>
    spawnSync(command, args, { stdio: "ignore" }).status === 0;
  const toTape = await medianSeconds(quick ? 1 : 3, () => {
    const tape = join(folder, "polling.tape.jsonl");
    if (!run(process.execPath, program, "import", capture, "--force", "-o", tape, "--no-config"))
      throw new Error("import failed");
  });
  const tshark = run("sh", "-c", "command -v tshark")
    ? await medianSeconds(
        1,
        () => void run("tshark", "-r", capture, "-T", "fields", "-e", "frame.number", "-e", "modbus.func_code"),
      )
    : undefined;
  const toFrames = await medianSeconds(quick ? 1 : 3, () => countFrames(capture, packets));
  const peer = { name: "tshark (fields)", figure: tshark === undefined ? undefined : packets / tshark };
  return [
    {
      work: `import a capture of ${packets} packets to frames, counted`,
      ours: packets / toFrames,
      unit: "packets/s",
      peer,
      target: { compare: "at least", figure: 500_000 },
    },
    {
      work: `import a capture of ${packets} packets to a tape on disk, whole program`,
      ours: packets / toTape,
      unit: "packets/s",
      peer,
      target: { compare: "at least", figure: 250_000 },
    },
  ];
};

/** Packets to reads of connections, and those through a framer for each channel and direction. */
async function countFrames(capture: string, expected: number): Promise<void> {
  const chunks = createReadStream(capture, { highWaterMark: 256 << 10 });
  const imported = await openImport([{ name: capture, chunks }], { ports: new Set(), dir: "rx", chunk: 4096 });
  const states = new Map<number, ReturnType<typeof modbusTcp.initial>>();
  let frames = 0;
  for await (const batch of imported.batches) {
    for (const record of batch) {
      if (record.type !== "raw") continue;
      const seat = record.channel * 2 + (record.dir === "rx" ? 0 : 1);
      const config = { options: MODBUS_TCP_OPTIONS, dir: record.dir, kind: "stream" } as const;
      const state = states.get(seat) ?? modbusTcp.initial(config);
      const step = modbusTcp.step(state, { type: "bytes", bytes: record.bytes }, record.at);
      states.set(seat, step.state);
      frames += step.outputs.length;
    }
  }
  if (frames !== expected) throw new Error(`${frames} frames of ${expected}`);
}
