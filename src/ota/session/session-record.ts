import type { Json, JsonObject } from "../../bytes/json.ts";
import { sha256Hex } from "../../bytes/sha256.ts";
import type { InputRecord, OutputRecord } from "../../tape/record.ts";
import type { FileOperation } from "../update/durable-fs.ts";
import { askKey } from "./ask-key.ts";
import type { SessionObservation } from "./operate-session.ts";
import type { SessionOutput } from "./session-talk.ts";
import { UPDATER } from "./updater-name.ts";

/** Characters of a value on one line; a line may have 1 MiB. */
const VALUE_LENGTH_MAX = 256 * 1024;
/** Longer texts that the updater writes are on the tape by their digest. */
const TEXT_LENGTH_MAX = 16 * 1024;

/** An observation as records of a tape. `begin` carries what the session was given: with it the tape is whole. */
export function sessionRecords(
  observation: SessionObservation,
  begun: JsonObject,
): readonly (InputRecord | OutputRecord)[] {
  const { at } = observation;
  if (observation.type === "output") {
    return [{ type: "output", at, machine: UPDATER, value: outputValue(observation.value) }];
  }
  const { value, to } = observation;
  if (value.type === "begin") return inputs(at, { ...value, ...begun });
  return inputs(at, { ...plain(value), ...(to === undefined ? {} : { to: askKey(to) }) });
}

/** What the session said, as it stands on a tape: the same for a recording and a replay. */
export function outputValue(output: SessionOutput): JsonObject {
  if (output.type !== "ask") return plain(output);
  const { of } = output;
  const to = askKey(of);
  if (of.port !== "disk") return plain({ ...output, to });
  const operations = of.operations.map(brief);
  const whole = plain({ ...output, to, of: { ...of, operations } });
  const json = JSON.stringify(operations);
  if (json.length <= VALUE_LENGTH_MAX) return whole;
  const digest = sha256Hex(new TextEncoder().encode(json));
  return plain({ ...output, to, of: { port: "disk", operations: operations.length, sha256: digest } });
}

function brief(operation: FileOperation): object {
  if (!("text" in operation) || operation.text.length <= TEXT_LENGTH_MAX) return operation;
  const { text, ...rest } = operation;
  const bytes = new TextEncoder().encode(text);
  return { ...rest, size: bytes.length, sha256: sha256Hex(bytes) };
}

/** A value that is too long for a line comes in parts, and then the line that says that it is whole. */
function inputs(at: InputRecord["at"], value: JsonObject): InputRecord[] {
  const json = JSON.stringify(value);
  if (json.length <= VALUE_LENGTH_MAX) return [{ type: "input", at, machine: UPDATER, value: plain(value) }];
  const parts: JsonObject[] = [];
  for (let from = 0; from < json.length; from += VALUE_LENGTH_MAX) {
    parts.push({ type: "part", json: json.slice(from, from + VALUE_LENGTH_MAX) });
  }
  return [...parts, { type: "joined" }].map((part) => ({ type: "input", at, machine: UPDATER, value: part }));
}

/** As a line of JSON has it: members that are undefined are not there. */
function plain(value: object): JsonObject {
  const copy: Record<string, Json | undefined> = JSON.parse(JSON.stringify(value));
  return copy;
}
