import { join } from "node:path";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape, jsonLines } from "./command-line.ts";

/** Cuts that must not change what is decoded. */
export const CUTS = [[], ["joined"], ["1"], ["7"], ["random:1"], ["random:2"], ["random:3"]].map((cut) =>
  cut.flatMap((value) => ["--rechunk", value]),
);

type Value = Record<string, unknown>;

/** Replays a tape with the given cut; answers with the values that were said. */
export async function decode(tape: string, replayArgs: readonly string[]): Promise<Value[]> {
  const { code, stdout, stderr } = await fieldtape(["replay", tape, "--json", ...replayArgs]);
  if (code !== 0) throw new Error(stderr);
  return jsonLines(stdout).map(({ value, channel }) => ({ ...(value as Value), channel }));
}

/** A capture of another program as a tape. */
export async function tapeOf(capture: string, importArgs: readonly string[]): Promise<string> {
  const tape = join(temporaryFolder(), "capture.tape.jsonl");
  const { code, stderr } = await fieldtape(["import", capture, "-o", tape, ...importArgs]);
  if (code !== 0) throw new Error(stderr);
  return tape;
}

export const framesOf = (values: readonly Value[]): Value[] => values.filter(({ type }) => type === "frame");
