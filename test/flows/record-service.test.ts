import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { device } from "../link/loopback.ts";
import { needs } from "../needs.ts";
import { content, recordsOf } from "../tape/tape-files.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, startFieldtape } from "./command-line.ts";

/** Says a word ten times a second. */
async function talker(): Promise<string> {
  const { server, address } = await device((socket) => {
    const timer = setInterval(() => socket.write("word\n"), 100);
    socket.on("error", () => {});
    socket.on("close", () => clearInterval(timer));
  });
  onTestFinished(() => {
    server.close();
  });
  return `127.0.0.1:${address.port}`;
}

interface Ear {
  readonly path: string;
  readonly heard: string[];
  hears(pattern: RegExp, times?: number): Promise<void>;
}

/** A real datagram socket, as a service manager has it. */
async function managersEar(folder: string): Promise<Ear> {
  const path = join(folder, "notify");
  const script = resolve(import.meta.dirname, "notify-socket.py");
  const child: ChildProcess = spawn("python3", [script, path], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, LC_ALL: "C" },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const heard: string[] = [];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => heard.push(...text.trim().split("\n")));
  const ear: Ear = {
    path,
    heard,
    async hears(pattern, times = 1) {
      for (let tries = 0; tries < 600; tries += 1) {
        if (heard.filter((line) => pattern.test(line)).length >= times) return;
        await setTimeout(25);
      }
      throw new Error(`never heard ${pattern} ${times} times:\n${heard.join("\n")}`);
    },
  };
  await ear.hears(/listening/);
  return ear;
}

const service = (to: string): string[] => [
  "record",
  "tcp",
  "--to",
  to,
  "--service",
  "-o",
  "a.tape.jsonl",
  "--no-config",
];

describe("a recording as a service", () => {
  needs("python3", "systemd-notify")(
    "tells systemd that it has begun, that it lives, how it goes, and that it stops",
    async () => {
      const cwd = temporaryFolder();
      const ear = await managersEar(cwd);
      const env = { NOTIFY_SOCKET: ear.path, WATCHDOG_USEC: "500000" };
      const running = startFieldtape(service(await talker()), { cwd, env });
      await ear.hears(/^READY=1 STATUS=recording/);
      await ear.hears(/^WATCHDOG=1 STATUS=00:\d\d rx [1-9]/, 3);
      // Stopped it tells nothing more: systemd would restart it now.
      running.child.kill("SIGSTOP");
      await setTimeout(1_000);
      const { length } = ear.heard;
      await setTimeout(1_500);
      expect(ear.heard).toHaveLength(length);
      running.child.kill("SIGCONT");
      await ear.hears(/^WATCHDOG=1/, ear.heard.filter((line) => line.startsWith("WATCHDOG")).length + 2);
      running.child.kill("SIGINT");
      const { code, stderr } = await running.finished;
      expect(code).toBe(0);
      await ear.hears(/^STOPPING=1/);
      // For a journal: words, no progress that is written over.
      expect(stderr).not.toContain("\r");
      expect(stderr.split("\n").filter((line) => /no losses/.test(line))).toHaveLength(1);
    },
  );

  needs("python3", "systemd-notify")("leaves the watchdog alone that waits for another process", async () => {
    const cwd = temporaryFolder();
    const ear = await managersEar(cwd);
    const env = { NOTIFY_SOCKET: ear.path, WATCHDOG_USEC: "500000", WATCHDOG_PID: "1" };
    const running = startFieldtape(service(await talker()), { cwd, env });
    await ear.hears(/^READY=1/);
    running.child.kill("SIGINT");
    expect((await running.finished).code).toBe(0);
    await ear.hears(/^STOPPING=1/);
    expect(ear.heard.filter((line) => line.includes("WATCHDOG"))).toEqual([]);
  });

  test("refuses to begin where systemd cannot be told, and needs no systemd where nobody asks", async () => {
    const cwd = temporaryFolder();
    const to = await talker();
    const nothing = join(cwd, "nothing");
    const told = await fieldtape(service(to), { cwd, env: { PATH: nothing, NOTIFY_SOCKET: join(cwd, "notify") } });
    expect(told).toMatchObject({ code: 3, stderr: expect.stringContaining("systemd-notify is not installed") });
    expect(readdirSync(cwd)).toEqual([]);
    const alone = await fieldtape([...service(to), "--duration", "300ms"], {
      cwd,
      env: { PATH: nothing, NOTIFY_SOCKET: "" },
    });
    expect(alone.code).toBe(0);
  });

  test("started again by whoever runs it, it goes on with its tape", async () => {
    const cwd = temporaryFolder();
    const to = await talker();
    const first = startFieldtape(service(to), { cwd });
    await first.stderrMatches(/only you can read it/);
    await setTimeout(500);
    first.child.kill("SIGKILL");
    await first.finished;
    expect((await fieldtape([...service(to), "--duration", "4s"], { cwd })).code).toBe(0);
    const second = content(await recordsOf(join(cwd, "a.0001.tape.jsonl")));
    expect(second.some(({ type }) => type === "gap")).toBe(true);
    expect(second.filter(({ type }) => type === "raw").length).toBeGreaterThan(2);
  });

  needs("socat")("waits for a device that is not there yet", async () => {
    const cwd = temporaryFolder();
    const args = ["record", "serial", "./port", "--service", "-o", "a.tape.jsonl", "--no-config"];
    const running = startFieldtape(args, { cwd });
    await running.stderrMatches(/port[\s\S]*it is tried again every 5 s/);
    expect(existsSync(join(cwd, "a.tape.jsonl"))).toBe(false);
    const socat = spawn("socat", ["pty,raw,echo=0,link=port", "pty,raw,echo=0,link=far"], { cwd, stdio: "ignore" });
    onTestFinished(() => void socat.kill());
    await running.stderrMatches(/only you can read it/);
    running.child.kill("SIGINT");
    expect((await running.finished).code).toBe(0);
    expect(existsSync(join(cwd, "a.tape.jsonl"))).toBe(true);
  });
});
