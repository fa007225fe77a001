import { sha256Hex } from "../../bytes/sha256.ts";
import type { FileOperation } from "../update/durable-fs.ts";
import type { SessionAsk } from "./session-talk.ts";

const KEY_LENGTH_MAX = 300;

/**
 * What an ask is about, in words that another build of the updater would use too: by this a recorded answer finds the ask that it
 * belongs to. A request is known by method, path and range.
 */
export function askKey(ask: SessionAsk): string {
  switch (ask.port) {
    case "http":
      if (ask.do === "read") return `read ${ask.request}`;
      return `GET ${ask.path}${ask.from === undefined ? "" : ` bytes=${ask.from}-`}`;
    case "disk":
      return shortened(`disk ${ask.operations.map(operationKey).join("; ")}`);
    case "store":
      return `store ${ask.path} at ${ask.offset}`;
    case "launch":
    case "health":
      return `${ask.port} ${ask.tree} ${ask.attempt}`;
    default:
      return ask.port;
  }
}

function operationKey(operation: FileOperation): string {
  const from = "from" in operation ? ` ${operation.from} to` : "";
  const span = operation.do === "digest" && operation.span !== undefined ? ` at ${operation.span.offset}` : "";
  return `${operation.do}${from} ${operation.path === "" ? "." : operation.path}${span}`;
}

/** Long ones keep their beginning, for people, and what tells them from others. */
function shortened(key: string): string {
  if (key.length <= KEY_LENGTH_MAX) return key;
  return `${key.slice(0, KEY_LENGTH_MAX)}… ${sha256Hex(new TextEncoder().encode(key)).slice(0, 16)}`;
}
