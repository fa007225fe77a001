import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { onCaptures } from "../captures.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines } from "./command-line.ts";

/** Cuts that must not change what is decoded. */
const CUTS = [[], ["joined"], ["1"], ["7"], ["random:1"], ["random:2"], ["random:3"]].map((cut) =>
  cut.flatMap((value) => ["--rechunk", value]),
);

type Value = Record<string, unknown>;

/** Replays a tape with the given cut; answers with the values that were said. */
async function decode(tape: string, replayArgs: readonly string[]): Promise<Value[]> {
  const { code, stdout, stderr } = await fieldtape(["replay", tape, "--json", ...replayArgs]);
  if (code !== 0) throw new Error(stderr);
  return jsonLines(stdout).map(({ value, channel }) => ({ ...(value as Value), channel }));
}

async function tapeOf(capture: string, importArgs: readonly string[]): Promise<string> {
  const tape = join(temporaryFolder(), "capture.tape.jsonl");
  const { code, stderr } = await fieldtape(["import", capture, "-o", tape, ...importArgs]);
  if (code !== 0) throw new Error(stderr);
  return tape;
}

const framesOf = (values: readonly Value[]): Value[] => values.filter(({ type }) => type === "frame");

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
  "every receiver's log gives the sentences that gpsd counts",
  async (folder) => {
    const place = join(folder, "nmea-gpsd");
    const expected = JSON.parse(readFileSync(join(place, "expected.json"), "utf8")) as {
      log: string;
      sentences: number;
      sha256_of_sentence_lines: string;
    }[];
    for (const [index, { log, sentences, sha256_of_sentence_lines }] of expected.entries()) {
      // A cut for each log, in turn: every log and every cut is met, and the framer's own tests try them all.
      const cut = CUTS[index % CUTS.length]!;
      const frames = framesOf(
        await decode(await tapeOf(join(place, log), ["--format", "raw"]), ["--subject", "nmea", ...cut]),
      );
      const text = frames.map(({ sentence }) => `${sentence}\n`).join("");
      expect({
        log,
        cut,
        sentences: frames.length,
        sha256: createHash("sha256").update(text, "latin1").digest("hex"),
      }).toEqual({
        log,
        cut,
        sentences,
        sha256: sha256_of_sentence_lines,
      });
    }
  },
  300_000,
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
