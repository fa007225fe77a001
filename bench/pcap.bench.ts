import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { writeModbusCapture } from "./pcap-generator.ts";
import { type Bench, medianSeconds } from "./row.ts";

/** A capture of Modbus polling to a tape on disk, whole program; beside it tshark listing the same packets. */
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
  return [
    {
      work: `import a capture of ${packets} packets to a tape on disk, whole program`,
      ours: packets / toTape,
      unit: "packets/s",
      peer: { name: "tshark (fields)", figure: tshark === undefined ? undefined : packets / tshark },
      target: { compare: "at least", figure: 250_000 },
    },
  ];
};
