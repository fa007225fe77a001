import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Two pseudo-terminals that are joined like a null-modem cable, made by `socat`. */
export interface PtyPair extends AsyncDisposable {
  readonly near: string;
  readonly far: string;
  /** Pulls the cable: both ends hang up and vanish. */
  unplug(): Promise<void>;
  plug(): Promise<void>;
}

export async function ptyPair(): Promise<PtyPair> {
  const folder = await mkdtemp(join(tmpdir(), "fieldtape-pty-"));
  const [near, far] = [join(folder, "near"), join(folder, "far")];
  let socat: ChildProcess | undefined;
  const pair: PtyPair = {
    near,
    far,
    async plug() {
      socat = spawn("socat", [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], { stdio: "ignore" });
      while (!existsSync(near) || !existsSync(far)) await new Promise((resolve) => setTimeout(resolve, 2));
    },
    async unplug() {
      if (socat === undefined) return;
      const exited = once(socat, "exit");
      socat.kill("SIGTERM");
      socat = undefined;
      await exited;
    },
    async [Symbol.asyncDispose]() {
      await pair.unplug();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await pair.plug();
  return pair;
}
