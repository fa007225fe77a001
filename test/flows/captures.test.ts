import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { onCaptures } from "../captures.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { CUTS, decode, framesOf, tapeOf } from "./capture-decoding.ts";
import { fieldtape, jsonLines } from "./command-line.ts";

onCaptures(
  "Modbus/TCP captures decode to the PDUs that tshark sees, however the reads are cut",
  async (folder) => {
    const place = join(folder, "modbus-tcp");
    for (const name of readdirSync(place).filter((file) => file.endsWith(".pcap"))) {
      const expected = jsonLines(readFileSync(join(place, name.replace(".pcap", ".expected.jsonl")), "utf8"));
      const tape = await tapeOf(join(place, name), []);
      for (const cut of CUTS) {
        const frames = framesOf(await decode(tape, ["--subject", "modbus-tcp", ...cut]));
        const key = (dir: unknown, transaction: unknown, unit: unknown, code: unknown) =>
          `${dir} ${transaction} ${unit} ${code}`;
        expect(
          frames.map((frame) => key(frame["dir"], frame["transaction"], frame["unit"], frame["function"])),
          `${name} ${cut}`,
        ).toEqual(expected.map((pdu) => key(pdu["dir"] === "c2s" ? "tx" : "rx", pdu["tid"], pdu["unit"], pdu["fc"])));
      }
    }
  },
  180_000,
);

onCaptures(
  "a Modbus RTU line decodes to the frames of its 133 whole reads and two in the one that glues, 42 of them exceptions",
  async (folder) => {
    const tape = await tapeOf(join(folder, "modbus-rtu", "socat-x.txt"), []);
    for (const cut of CUTS) {
      const frames = framesOf(await decode(tape, ["--subject", "modbus-rtu", ...cut]));
      expect([frames.length, frames.filter((frame) => frame["exception"] !== undefined).length], String(cut)).toEqual([
        135, 42,
      ]);
    }
  },
);

const DECLARED = {
  subjects: {
    inverter: {
      subject: "length-prefixed",
      options: { start: "5959", length: { offset: 4, width: 2, counts: "after-length" } },
    },
    mbus: {
      subject: "length-prefixed",
      options: {
        start: "68....68",
        length: { offset: 1, width: 1, counts: "payload", again: 2 },
        check: { kind: "sum8", from: 4 },
        end: "16",
        maximum: 261,
      },
    },
  },
};

function configuration(): string {
  const file = join(temporaryFolder(), "declared.config.json");
  writeFileSync(file, JSON.stringify(DECLARED));
  return file;
}

onCaptures(
  "the inverter's frames are all found by a declared layout, however the reads are cut",
  async (folder) => {
    const counts = {
      "hybrid_gen1_arm449_0x11_poll_10min.log": 482,
      "hybrid_gen1_arm449_givbat82_givbat95gen3_60min.log": 1822,
    };
    const config = configuration();
    for (const [log, received] of Object.entries(counts)) {
      const tape = await tapeOf(join(folder, "inverter-tcp", log), []);
      for (const cut of CUTS) {
        const values = await decode(tape, ["--subject", "inverter", "--config", config, ...cut]);
        expect(
          values.filter(({ type }) => type === "fault"),
          String(cut),
        ).toEqual([]);
        expect(framesOf(values).filter(({ dir }) => dir === "rx")).toHaveLength(received);
      }
    }
  },
  180_000,
);

onCaptures(
  "every wired M-Bus frame is valid by a declared layout",
  async (folder) => {
    const place = join(folder, "mbus-serial");
    const config = configuration();
    const files = readdirSync(place).filter((file) => file.endsWith(".hex"));
    const tape = await tapeOf(
      join(place, files[0]!),
      files.slice(1).map((file) => join(place, file)),
    );
    for (const cut of CUTS) {
      const values = await decode(tape, ["--subject", "mbus", "--config", config, ...cut]);
      expect(
        values.map(({ type }) => type),
        String(cut),
      ).toEqual(files.map(() => "frame"));
    }
  },
  120_000,
);

onCaptures("a replay of a capture is the same twice", async (folder) => {
  const tape = await tapeOf(join(folder, "modbus-tcp", "iti-part1.pcap"), []);
  const { code } = await fieldtape(["replay", tape, "--subject", "modbus-session", "--twice"]);
  expect(code).toBe(0);
});
