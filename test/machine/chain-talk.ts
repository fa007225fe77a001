import type { ChainInput, ChainOutput } from "../../src/machine/chain-plan.ts";
import { nanos } from "../../src/time/nanos.ts";

export const options = { time: "recorded", drain: nanos(100) } as const;

/** The outputs in short: `at machine channel what`. */
export function said(outputs: readonly ChainOutput[]): string[] {
  return outputs.map((output) => {
    if (output.type === "raw") return `${output.at} ${output.dir} ${output.channel} ${text(output.bytes)}`;
    const { type, state, fault, word, dir, cause, change, link } = output.value;
    const what = [type, state ?? fault ?? cause ?? change ?? link, dir, typeof word === "string" ? text(word) : ""];
    return `${output.at} ${output.machine} ${output.channel} ${what.filter((one) => one).join(" ")}`;
  });
}

export const text = (bytes: Uint8Array | string): string =>
  (typeof bytes === "string" ? Buffer.from(bytes, "hex") : Buffer.from(bytes)).toString();

export function raw(at: number, channel: number, dir: "rx" | "tx", word: string): ChainInput {
  return { type: "raw", at: nanos(at), channel, dir, bytes: new TextEncoder().encode(word) };
}
