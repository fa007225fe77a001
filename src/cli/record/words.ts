import type { JsonObject } from "../../bytes/json.ts";
import type { FieldtapeError } from "../../errors.ts";
import type { RecordingResult } from "../../recorder/record.ts";
import type { Rates, RecordingStatus } from "../../recorder/status.ts";
import type { Flow } from "../../recorder/tally.ts";
import { plural } from "../plural.ts";

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** `0 B`, `12.3 kB`, `4.56 GB`: three digits. */
export function amount(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** `1:02:03`, `02:03` */
export function elapsed(at: number): string {
  const whole = Math.floor(at / 1e9);
  const two = (value: number): string => value.toString().padStart(2, "0");
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${rest}` : rest;
}

/** One line that says how the recording goes. Losses are always said, also when there are none. */
export function progress(status: RecordingStatus, rates: Rates): string {
  const way = (dir: "rx" | "tx"): string => `${dir} ${amount(status[dir].bytes)} (${amount(rates[dir].bytes)}/s)`;
  const open = status.channels.filter(({ link }) => link === "open" || link === "half-close").length;
  const parts = [elapsed(status.at), way("rx"), way("tx"), `${open} open`, losses(status)];
  if (status.outputs !== undefined) parts.push(`${status.outputs} decoded`);
  if (status.decodeFailure !== undefined) parts.push("decoding stopped");
  if (status.marks > 0) parts.push(plural(status.marks, "mark"));
  if (status.waiting > 1e6) parts.push(`${amount(status.waiting)} wait for the disk`);
  return parts.join("  ");
}

function losses({ rx, tx }: { readonly rx: Flow; readonly tx: Flow }): string {
  const gaps = rx.gaps + tx.gaps;
  if (gaps === 0) return "no losses";
  const lost = rx.lost + tx.lost;
  const told = plural(gaps, "gap");
  // How much an unplugged port would have said, nobody knows.
  return lost === 0 ? `${told} of unknown length` : `lost ${amount(lost)} in ${told}`;
}

const REASONS: Readonly<Record<RecordingResult["reason"], string>> = {
  stop: "stopped",
  duration: "stopped as asked",
  eof: "the sources have ended",
  "link-lost": "the link was lost",
  "disk-full": "the disk is full",
  "output-failed": "the tape could not be written",
};

/** The last words about a recording. */
export function summary({ reason, status, unrecorded }: RecordingResult): string {
  const { at, records, rx, tx, path } = status;
  const amounts = `rx ${amount(rx.bytes)}, tx ${amount(tx.bytes)}`;
  const began = `${REASONS[reason]} after ${elapsed(at)}: ${plural(records, "record")}`;
  if (unrecorded === 0) return `${began}, ${amounts}, ${losses(status)}, in ${path}`;
  return `${began} in ${path}; ${amounts} had come, and the last ${plural(unrecorded, "record")} of them found no room on the disk`;
}

/** The same for programs. */
export function summaryJson(
  result: RecordingResult & { readonly tape: string; readonly compressFailure: FieldtapeError | undefined },
): JsonObject {
  const { at, path, records, rx, tx, channels, marks, events, outputs } = result.status;
  return {
    tape: result.tape,
    segment: path,
    reason: result.reason,
    duration: at,
    records,
    rx: { ...rx },
    tx: { ...tx },
    channels: channels.map((channel) => ({ ...channel, rx: { ...channel.rx }, tx: { ...channel.tx } })),
    marks,
    events,
    outputs,
    unrecorded: result.unrecorded,
    ...failureJson("failure", result.failure),
    ...failureJson("decodeFailure", result.decodeFailure),
    ...failureJson("compressFailure", result.compressFailure),
  };
}

function failureJson(name: string, failure: FieldtapeError | undefined): JsonObject {
  return failure === undefined ? {} : { [name]: { code: failure.code, message: failure.message } };
}
