// What the corpus recordings share: the built program, real serial pairs, and folders to put tapes in.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const work = mkdtempSync(join(tmpdir(), "fieldtape-corpora-"));
export { pause };

/** Starts the built program and waits until it says what it must. */
export async function start(args, says) {
  const child = spawn(process.execPath, [join(root, "bin/run.js"), ...args], { stdio: ["pipe", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  while (!says.test(said)) {
    if (child.exitCode !== null) throw new Error(`${args.join(" ")} ended: ${said}`);
    await pause(20);
  }
  return {
    child,
    said: () => said,
    port: () => Number(/127\.0\.0\.1:(\d+)/.exec(said)?.[1]),
    async stop() {
      if (child.exitCode === null) {
        child.kill("SIGINT");
        await once(child, "exit");
      }
    },
  };
}

/** Records into `corpora/<name>/tape.jsonl` while `talk` goes on. */
export async function record(name, args, talk) {
  const tape = join(work, `${name.replaceAll("/", "-")}.tape.jsonl`);
  const recorder = await start(["record", ...args, "-o", tape, "--no-config"], /recording .*\n/);
  await pause(200);
  await talk(recorder);
  await pause(200);
  await recorder.stop();
  const folder = join(root, "corpora", name);
  mkdirSync(folder, { recursive: true });
  renameSync(tape, join(folder, "tape.jsonl"));
  console.log(`${name}: ${recorder.said().trim().split("\n").at(-1)}`);
}

/** Captures with dumpcap while `talk` goes on, and imports that into `corpora/<name>/tape.jsonl`. */
export async function imported(name, filter, talk) {
  const capture = join(work, "capture.pcapng");
  const dumpcap = spawn("dumpcap", ["-q", "-w", capture, ...filter], { stdio: "ignore" });
  await pause(1500);
  await talk();
  await pause(1500);
  dumpcap.kill("SIGINT");
  await once(dumpcap, "exit");
  const folder = join(root, "corpora", name);
  mkdirSync(folder, { recursive: true });
  const args = [
    join(root, "bin/run.js"),
    "import",
    capture,
    "-o",
    join(folder, "tape.jsonl"),
    "--force",
    "--no-config",
  ];
  console.log(
    `${name}: ${execFileSync(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" })}`,
  );
}

export const simulate = (device, ...args) => start(["simulate", device, ...args], /answers on/);

/** A pair of connected serial ports (pseudo-terminals of socat). */
export async function serialPair(name) {
  const ends = [join(work, `${name}-a`), join(work, `${name}-b`)];
  const child = spawn(
    "socat",
    ends.map((link) => `pty,raw,echo=0,link=${link}`),
    { stdio: "ignore" },
  );
  for (let waited = 0; !ends.every((end) => existsSync(end)); waited += 20) {
    if (waited > 5000) throw new Error("socat made no pair of ports");
    await pause(20);
  }
  return { ends, close: () => child.kill() };
}
