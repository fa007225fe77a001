import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { FieldtapeError } from "../errors.ts";
import { openTape } from "../tape/reader.ts";
import type { ChannelRecord } from "../tape/record.ts";
import { laterSegments } from "../tape/segments.ts";

/** A tape that a case is to be made from, and what it says of where it came from. */
export interface SourceTape {
  readonly path: string;
  readonly isCompressed: boolean;
  readonly provenance: string;
}

const ZIP = "504b";
const GZIP = "1f8b";
/** More channels than this are counted, not named. */
const SOURCES_NAMED_MAX = 4;

/** @throws FieldtapeError INPUT_MALFORMED for what is no tape, or only a part of one; what opening it throws */
export async function sourceTape(path: string): Promise<SourceTape> {
  const magic = await magicOf(path);
  if (magic === undefined || magic === ZIP) {
    throw new FieldtapeError("INPUT_MALFORMED", `is a ${magic === ZIP ? "zip" : "folder"}, and no tape`, {
      file: path,
      hint: "a case is made from one tape (plain or .gz): unpack it and name the tape that is in it",
    });
  }
  if ((await laterSegments(path)).length > 0) {
    throw new FieldtapeError("INPUT_MALFORMED", "is one segment of a longer recording", {
      file: path,
      hint: "a case has one tape: cut the part that matters with fieldtape tape cut",
    });
  }
  return { path, isCompressed: magic === GZIP, provenance: await provenanceOf(path) };
}

async function magicOf(path: string): Promise<string | undefined> {
  // What cannot be read at all is for openTape to say.
  const status = await stat(path).catch(() => undefined);
  if (status?.isDirectory() === true) return undefined;
  if (status?.isFile() !== true) return "";
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read({ buffer: new Uint8Array(2), position: 0 });
  return Array.from(buffer.subarray(0, bytesRead), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** When, from what and with what it was recorded, as far as the tape says. */
async function provenanceOf(path: string): Promise<string> {
  await using tape = await openTape(path);
  const channels = new Map<number, ChannelRecord>();
  for await (const { records } of tape.batches({ verify: false }))
    for (const record of records) if (record.type === "channel") channels.set(record.channel, record);
  const named = [...new Set([...channels.values()].map(({ source }) => source))];
  const sources = named.length > SOURCES_NAMED_MAX ? `${named.length} sources` : named.join(", ");
  const { header } = tape;
  const recorded =
    header === undefined ? "" : `, recorded ${header.started} by fieldtape ${header.recorder.version} (${header.id})`;
  return `${basename(path)}${recorded}${sources === "" ? "" : `, from ${sources}`}`;
}
