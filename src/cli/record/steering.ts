import type { Buffer } from "node:buffer";
import process from "node:process";
import type { Controllable } from "../../recorder/control.ts";

/**
 * Lets a person steer a recording: the signals USR2 (mark) and HUP (new segment), and at a terminal the keys `m`, `r`, `q`. A terminal
 * that goes away (which is told by HUP as well) takes nothing with it: the recording goes on.
 */
export function steer(recording: Controllable, options: { readonly keys: boolean }): Disposable {
  let marks = 0;
  const mark = (): void => {
    marks += 1;
    recording.mark(`mark ${marks}`);
  };
  const rotate = (): void => recording.rotate();
  const nobodyLooks = (): void => {};
  process.stderr.on("error", nobodyLooks);
  if (process.platform !== "win32") process.on("SIGUSR2", mark);
  process.on("SIGHUP", rotate);
  const keyboard =
    options.keys && process.stdin.isTTY
      ? readKeys({ m: mark, r: rotate, q: interrupt, "\u0003": interrupt })
      : undefined;
  return {
    [Symbol.dispose]() {
      process.off("SIGUSR2", mark);
      process.off("SIGHUP", rotate);
      process.stderr.off("error", nobodyLooks);
      keyboard?.[Symbol.dispose]();
    },
  };
}

/** In raw mode Ctrl-C is a key like any other. */
const interrupt = (): void => {
  process.kill(process.pid, "SIGINT");
};

function readKeys(keys: Readonly<Record<string, () => void>>): Disposable {
  const { stdin } = process;
  const read = (bytes: Buffer): void => {
    for (const key of bytes.toString("latin1")) keys[key]?.();
  };
  const gone = (): void => {};
  stdin.setRawMode(true);
  stdin.on("data", read);
  stdin.on("error", gone);
  return {
    [Symbol.dispose]() {
      stdin.off("data", read);
      stdin.setRawMode(false);
      stdin.pause();
      stdin.off("error", gone);
    },
  };
}
