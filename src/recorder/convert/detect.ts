import { Buffer } from "node:buffer";
import { FieldtapeError } from "../../errors.ts";
import { isHexLogComment, isHexLogLine } from "./hex-log.ts";
import { isPcapMagic } from "./pcap/pcap-reader.ts";
import { BLOCK } from "./pcap/pcapng-reader.ts";
import { isSocatHeader } from "./socat-dump.ts";

/** What can be imported, as `--format` names it. */
export const IMPORT_FORMATS = ["pcap", "pcapng", "hex-log", "socat", "jsonl-v1", "hex", "raw"] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** Whether the first four bytes, read as big-endian, begin a capture file. */
export const isCaptureMagic = (magic: number): boolean => isPcapMagic(magic) || magic === BLOCK.section;

/** This much of the first file decides. */
export const HEAD_BYTES = 64 << 10;

const HINT = `say it with --format ${IMPORT_FORMATS.join("|")}`;

/**
 * The format of a file that begins like this. Raw bytes are never guessed: everything could be that.
 *
 * @throws FieldtapeError USAGE when nothing fits, with the list of formats.
 */
export function detectFormat(head: Uint8Array): ImportFormat {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const magic = head.length < 4 ? 0 : view.getUint32(0);
  if (isPcapMagic(magic)) return "pcap";
  if (magic === BLOCK.section) return "pcapng";
  if (head.length === 0) throw new FieldtapeError("INPUT_MALFORMED", "the input is empty");
  refuseKnown(head, magic >>> 16);
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString("latin1");
  const lines = text.split(/\r?\n/);
  // The last line may be cut by the end of the head.
  const whole = lines.length > 1 ? lines.slice(0, -1) : lines;
  const first = whole.find((line) => !isHexLogComment(line)) ?? "";
  if (/^\s*\{/.test(first) && first.includes('"ts"')) return "jsonl-v1";
  if (isHexLogLine(first)) return "hex-log";
  if (whole.some(isSocatHeader)) return "socat";
  if (/^[0-9a-fA-F\s]*$/.test(text) && /[0-9a-fA-F]/.test(text)) return "hex";
  throw new FieldtapeError("USAGE", "cannot tell what format this is", { hint: HINT });
}

function refuseKnown(head: Uint8Array, magic: number): void {
  if (magic === 0x1f8b) {
    throw new FieldtapeError("USAGE", "this is compressed with gzip", {
      hint: "unpack it on the way: gunzip -c FILE | fieldtape import -",
    });
  }
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 200)).toString("latin1");
  if (/^\s*\{[^\n]*"format"\s*:\s*"fieldtape"/.test(start)) {
    throw new FieldtapeError("USAGE", "this is a tape already", { hint: "every command takes it as it is" });
  }
}
