import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { examineClocks, synchronised } from "../../../src/cli/doctor/clocks.ts";
import { examineDisk } from "../../../src/cli/doctor/disk.ts";
import type { Finding } from "../../../src/cli/doctor/finding.ts";
import { examineFolders } from "../../../src/cli/doctor/folders.ts";
import { examineInstallation, node } from "../../../src/cli/doctor/installation.ts";
import { examineNetwork } from "../../../src/cli/doctor/network.ts";
import { holds } from "../../../src/cli/doctor/sandbox.ts";
import { examineSerial, type SerialSystem } from "../../../src/cli/doctor/serial.ts";
import { examineTools } from "../../../src/cli/doctor/tools.ts";
import { findingWords, summaryWords } from "../../../src/cli/doctor/words.ts";
import type { WallClock } from "../../../src/time/clock.ts";
import { nanos } from "../../../src/time/nanos.ts";
import { turn } from "../../../src/time/system-clock.ts";
import { VirtualClock } from "../../../src/time/virtual-clock.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const told = (findings: readonly Finding[]) => findings.map(({ about, verdict }) => `${verdict} ${about}`);

describe("the doctor", () => {
  test("knows which Node.js fieldtape runs on", () => {
    expect(["18.20.0", "20.18.3", "20.19.0", "22.1.0", "24.3.0"].map((version) => node(version).verdict)).toEqual([
      "problem",
      "problem",
      "ok",
      "note",
      "ok",
    ]);
  });

  test("finds what an installation has lost", async () => {
    const root = temporaryFolder();
    const [, missing] = await examineInstallation(root);
    expect(missing).toMatchObject({ verdict: "problem", words: expect.stringContaining("dist/updater.js") });
    for (const name of [
      "bin/run.js",
      "bin/updater.js",
      "bin/native-import.js",
      "bin/suite-worker.js",
      "dist/cli/main.cjs",
      "dist/suite/suite-worker.cjs",
      "dist/updater.js",
    ]) {
      mkdirSync(join(root, name, ".."), { recursive: true });
      writeFileSync(join(root, name), "");
    }
    writeFileSync(join(root, "package.json"), '{"version":"2.0.0"}');
    expect((await examineInstallation(root))[1]).toMatchObject({
      verdict: "warning",
      words: expect.stringContaining("slow"),
    });
    writeFileSync(join(root, "oclif.manifest.json"), '{"version":"1.0.0"}');
    expect((await examineInstallation(root))[1]?.words).toContain("another version");
    writeFileSync(join(root, "oclif.manifest.json"), '{"version":"2.0.0"}');
    expect((await examineInstallation(root))[1]?.verdict).toBe("ok");
  });

  test("says that a folder cannot be written to, and that the state folder is open to others", () => {
    const folder = temporaryFolder();
    const state = join(folder, "state");
    expect(told(examineFolders(folder, join(state, "deeper")))).toEqual(["ok this folder", "ok state folder"]);
    mkdirSync(state);
    chmodSync(state, 0o755);
    expect(examineFolders(join(folder, "nowhere"), state)).toEqual([
      expect.objectContaining({ verdict: "problem", words: expect.stringContaining("ENOENT") }),
      expect.objectContaining({
        verdict: "warning",
        words: expect.stringContaining("755"),
        advice: `chmod 700 ${state}`,
      }),
    ]);
    chmodSync(state, 0o700);
    expect(told(examineFolders(folder, state))).toEqual(["ok this folder", "ok state folder"]);
  });

  test("names the group of a serial port that this user may not open", () => {
    const folder = temporaryFolder();
    const system: SerialSystem = {
      folder,
      groups: join(folder, "group"),
      user: "ada",
      mayOpen: (path) => path.endsWith("ttyS0"),
    };
    expect(told(examineSerial(system))).toEqual(["note serial ports"]);
    for (const name of ["ttyUSB0", "ttyUSB1", "ttyS0", "tty1", "ttys001"]) writeFileSync(join(folder, name), "");
    const { getgid = () => 0 } = process;
    writeFileSync(system.groups, `other:x:99999:\ndialout:x:${getgid()}:\n`);
    expect(examineSerial(system)).toEqual([
      expect.objectContaining({ verdict: "ok", words: `1 port to use: ${join(folder, "ttyS0")}` }),
      expect.objectContaining({
        verdict: "warning",
        words: `this user may not open ${join(folder, "ttyUSB0")}, ${join(folder, "ttyUSB1")}`,
        advice: expect.stringContaining("usermod -aG dialout ada"),
      }),
    ]);
  });

  test("sees a date that steps, and believes one that keeps step", async () => {
    const look = async (step: bigint) => {
      const clock = new VirtualClock(turn);
      const wall: WallClock = { wallNow: () => BigInt(clock.now()) + (clock.now() >= 100_000_000 ? step : 0n) };
      const looking = examineClocks({ clock, wall }, new AbortController().signal);
      await clock.advance(nanos(250_000_000));
      return (await looking)[1];
    };
    expect((await look(0n))?.verdict).toBe("ok");
    expect(await look(-3_600_000_000_000n)).toMatchObject({ verdict: "warning", words: "stepped by -1h within 250ms" });
  });

  test("asks the system whether its date is kept by others", () => {
    expect(synchronised("Timezone=UTC\nNTPSynchronized=yes\n").verdict).toBe("ok");
    expect(synchronised("NTP=no\nNTPSynchronized=no\n").verdict).toBe("warning");
    expect(synchronised(undefined).verdict).toBe("note");
  });

  test("measures the disk without leaving anything", async () => {
    const folder = temporaryFolder();
    const clock = new VirtualClock(turn);
    const [room, speed] = await examineDisk(folder, clock);
    expect(room?.words).toContain(`free in ${folder}`);
    expect(speed?.words).toContain("the slowest of 50");
    expect(examineFolders(folder, folder)[0]?.verdict).toBe("ok");
  });

  test("listens on this machine, and says what each missing program would be for", async () => {
    expect((await examineNetwork())[0]).toEqual({ about: "ports", verdict: "ok", words: "can listen on 127.0.0.1" });
    const folder = temporaryFolder();
    writeFileSync(join(folder, "socat"), "", { mode: 0o755 });
    writeFileSync(join(folder, "tshark"), "", { mode: 0o644 });
    const findings = examineTools(`${folder}:/nonexistent`);
    expect(findings[0]).toEqual({ about: "optional programs", verdict: "ok", words: "socat" });
    expect(told(findings)).toContain("note tshark");
    expect(findings.find(({ about }) => about === "tshark")?.words).toContain("would be for: ");
  });

  test("says what cannot hold a program of one's own", () => {
    const all = { namespaces: true, deathSignal: true, memoryLimit: true };
    expect(holds(all).map(({ verdict }) => verdict)).toEqual(["ok", "ok", "ok"]);
    expect(holds({ ...all, namespaces: false }).map(({ verdict }) => verdict)).toEqual(["note", "ok", "ok"]);
  });

  test("speaks so that what to do stands below what was found", () => {
    const findings: Finding[] = [
      { about: "disk", verdict: "problem", words: "full", advice: "make room" },
      { about: "node", verdict: "ok", words: "Node.js 20.19.0" },
    ];
    expect(findings.map(findingWords).join("\n")).toBe(
      "problem  disk: full\n         → make room\nok       node: Node.js 20.19.0",
    );
    expect(summaryWords(findings)).toBe("1 problem, 0 warnings; 2 things looked at");
    expect(summaryWords(findings.slice(1))).toBe("nothing is wrong: 1 thing looked at");
  });
});
