import process from "node:process";
import { plus, seconds } from "../../time/nanos.ts";
import type { FromScreen, ToScreen } from "../supervise/screen-link.ts";
import { onUncaught } from "../uncaught.ts";
import { realWorld } from "../wiring.ts";
import { prepareInk } from "./prepare-ink.ts";
import { RecordingWatch } from "./recording-watch.ts";
import { openTerminal, sizeOf } from "./terminal.ts";

// The process of a recording's screen. It is started, watched and started again by the supervisor, and knows of the recorder what
// that tells it.

const ALIVE_EVERY = seconds(1);

onUncaught();
// Ctrl-C is a key; a signal is for the supervisor, on the same terminal.
process.on("SIGINT", () => {});
process.once("message", (first: ToScreen) => void show(first));

async function show(first: ToScreen): Promise<void> {
  if (first.type === "ended") return process.disconnect();
  const terminal = openTerminal();
  const { clock } = realWorld({ sleep: "coarse" });
  const watch = new RecordingWatch(first, { clock, size: sizeOf(terminal.stdout), tell });
  const { store } = watch;
  process.on("message", (message: ToScreen) => watch.hear(message));
  // Without its supervisor nobody could start it again, or end it.
  process.once("disconnect", () => process.exit(0));
  const life = new AbortController();
  void keepTelling();
  prepareInk();
  const [{ openScreen }, { RecordingScreen }] = await Promise.all([
    import("./open-screen.tsx"),
    import("./recording-screen.tsx"),
  ]);
  let left: { readonly detached: boolean };
  {
    await using _screen = openScreen(terminal, {
      screen: RecordingScreen,
      subscribe: store.subscribe,
      shown: store.shown,
      onKey: (key) => store.dispatch({ type: "key", key }),
      onResize: (size) => store.dispatch({ type: "resized", size }),
    });
    left = await watch.run();
  }
  life.abort();
  process.send?.({ type: "left", ...left }, () => process.exit(0));

  async function keepTelling(): Promise<void> {
    while (!life.signal.aborted) {
      tell({ type: "alive" });
      await clock.sleepUntil(plus(clock.now(), ALIVE_EVERY), life.signal).catch(() => {});
    }
  }
}

function tell(message: FromScreen): void {
  // A supervisor that is just dying hears nothing any more.
  if (process.connected) process.send?.(message, () => {});
}
