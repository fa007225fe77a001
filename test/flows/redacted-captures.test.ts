import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { onCaptures } from "../captures.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";

/** The same aliases at every run. */
const KEY = { FIELDTAPE_REDACTION_KEY: "11".repeat(32) };

/** Imports a capture and redacts it; the verdict as it is told. */
async function verdictOf(capture: string, format: string, subject: string): Promise<string> {
  const folder = temporaryFolder();
  const [tape, out] = [join(folder, "capture.tape.jsonl"), join(folder, "redacted.tape.jsonl")];
  const imported = await fieldtape(["import", capture, "--format", format, "-o", tape]);
  expect(imported.code, imported.stderr).toBe(0);
  const { stderr } = await fieldtape(["tape", "redact", tape, "--subject", subject, "-o", out], { env: KEY });
  return /behaves .*/i.exec(stderr)?.[0] ?? stderr;
}

onCaptures(
  "Modbus/TCP captures, malformed requests among them, behave the same when they are redacted",
  async (folder) => {
    const place = join(folder, "modbus-tcp");
    const captures = readdirSync(place).filter((file) => file.endsWith(".pcap"));
    for (const name of captures)
      for (const subject of ["modbus-tcp", "modbus-session"])
        expect(await verdictOf(join(place, name), "pcap", subject), name).toMatch(/^behaves the same/);
    expect(captures.length).toBeGreaterThan(2);
  },
  120_000,
);

onCaptures(
  "receivers' logs behave the same when their positions are taken out",
  async (folder) => {
    const place = join(folder, "nmea-gpsd");
    const logs = readdirSync(place).filter((file) => file.endsWith(".log"));
    for (const name of logs.filter((_, index) => index % 6 === 0))
      expect(await verdictOf(join(place, name), "raw", "nmea"), name).toMatch(/^behaves the same/);
    expect(logs.length).toBeGreaterThan(50);
  },
  120_000,
);
