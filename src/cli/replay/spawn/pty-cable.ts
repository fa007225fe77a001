import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FieldtapeError, systemCode } from "../../../errors.ts";
import { openSerialPort } from "../../../link/serial.ts";
import { SERIAL_DEFAULTS } from "../../../link/serial-settings.ts";
import { StreamLink } from "../../../link/stream-link.ts";
import type { Clock } from "../../../time/clock.ts";
import { millis, plus } from "../../../time/nanos.ts";

/** Two pseudo-terminals, joined like a null-modem cable by `socat`: Node can make none (ADR 0023). */
export interface PtyCable extends AsyncDisposable {
  /** The program's end. */
  readonly far: string;
  /** Resolves when somebody has opened the far end. */
  readonly plugged: Promise<void>;
  /** Our end as a link, once. */
  link(clock: Clock): StreamLink;
}

const LOOK_EVERY = millis(5);
/** What socat says may be long, and nobody needs it. */
const SAID_MAX = 4_096;

/** @throws FieldtapeError LINK_OPEN_FAILED, also where socat is not installed */
export async function layPtyCable(steady: Clock, signal: AbortSignal): Promise<PtyCable> {
  const folder = mkdtempSync(join(tmpdir(), "fieldtape-pty-"));
  const [near, far] = [join(folder, "near"), join(folder, "far")];
  let socat: ChildProcess | undefined;
  const remove = async (): Promise<void> => {
    if (socat !== undefined && socat.exitCode === null && socat.signalCode === null && socat.kill()) {
      await once(socat, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    // The far end waits to be opened: a program that is late loses nothing.
    const ends = [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far},wait-slave,pty-interval=0.02`];
    socat = spawn("socat", ["-d", "-d", ...ends], { stdio: ["ignore", "ignore", "pipe"] });
    await once(socat, "spawn");
    const plugged = pluggedIn(socat);
    plugged.catch(() => {}); // told to whoever waits for it
    const gone = once(socat, "exit").then(() => true);
    while (!existsSync(far)) {
      const slept = steady.sleepUntil(plus(steady.now(), LOOK_EVERY), signal).then(() => false);
      if (await Promise.race([slept, gone])) throw new Error("socat ended");
    }
    const port = await openSerialPort(near, SERIAL_DEFAULTS);
    return {
      far,
      plugged,
      link: (clock) => new StreamLink(port.stream, "pty", clock, () => port.close()),
      async [Symbol.asyncDispose]() {
        await port.close();
        await remove();
      },
    };
  } catch (cause) {
    await remove();
    signal.throwIfAborted();
    throw cause instanceof FieldtapeError ? cause : cannot(cause);
  }
}

/** socat begins to pass bytes on when both ends are open, and says so. */
function pluggedIn(socat: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    socat.stderr?.on("data", (bytes: Uint8Array) => {
      said = (said + new TextDecoder().decode(bytes)).slice(-SAID_MAX);
      if (said.includes("starting data transfer loop")) resolve();
    });
    socat.once("exit", () => reject(cannot(new Error(said.trim().split("\n").at(-1) ?? "socat ended"))));
  });
}

function cannot(cause: unknown): FieldtapeError {
  const missing = systemCode(cause) === "ENOENT";
  return new FieldtapeError(
    "LINK_OPEN_FAILED",
    missing ? "a pseudo-terminal needs the program socat, which is not installed" : "cannot make a pseudo-terminal",
    { cause, hint: missing ? "install it (apt install socat), or let the program use TCP" : "does socat run here?" },
  );
}
