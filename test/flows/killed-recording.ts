import { performance } from "node:perf_hooks";
import { startFieldtape } from "./command-line.ts";
import { EchoLoad, echoDevice, messagesOn } from "./echo-load.ts";

/** What a recorder left that was killed in the middle of its work. */
export interface Killed {
  /** Messages that had gone through the tap and back to their sender when it was killed. */
  readonly echoed: number;
  /** Whole messages on the tape; they are the first ones sent, without a hole. */
  readonly recorded: number;
  /** How long before the kill the first message came back that is not on the tape, in ms; 0: none is missing. */
  readonly lost: number;
  /** The longest time, in ms, that the machine kept this process from its next turn: it kept the recorder waiting as well. */
  readonly stalled: number;
}

/** Kills a recording tap (SIGKILL) after `delay` ms of load. */
export async function killedRecording(tape: string, delay: number): Promise<Killed> {
  const to = await echoDevice();
  const recorder = startFieldtape(["record", "tcp", "--listen", "127.0.0.1:0", "--to", to, "-o", tape, "--no-config"]);
  const [, port] = /tap 127\.0\.0\.1:(\d+)/.exec(await recorder.stderrMatches(/only you can read it/))!;
  const load = await EchoLoad.through(Number(port));
  await new Promise((resolve) => setTimeout(resolve, delay));
  const killedAt = performance.now();
  recorder.child.kill("SIGKILL");
  await recorder.finished;
  load.stop();
  const recorded = await messagesOn(tape);
  const { echoedAt, stalled } = load;
  return { echoed: echoedAt.length, recorded, lost: load.lostBefore(killedAt, recorded), stalled };
}
