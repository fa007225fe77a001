import { type Dir, GAP_CAUSES, LINK_CHANGES } from "../bytes/channel.ts";
import type { Json, JsonObject } from "../bytes/json.ts";
import type { Nanos } from "../time/nanos.ts";
import { ELAPSED, type Elapsed, type SessionInput, type Span } from "./machine.ts";

/** What a session was told, read back from the value of an `input` record; `undefined` if no session hears such a thing. */
export function readRecordedInput(value: Json): SessionInput | Elapsed | undefined {
  if (!isObject(value)) return undefined;
  switch (value["type"]) {
    case "elapsed":
      return ELAPSED;
    case "end":
      return { type: "end" };
    case "frame": {
      const frame = readFraming(value["frame"]);
      return frame === undefined ? undefined : { type: "frame", frame: { ...frame, type: "frame" } };
    }
    case "fault": {
      const fault = readFraming(value["fault"]);
      const [name, raw] = [fault?.["fault"], fault?.["raw"]];
      if (fault === undefined || typeof name !== "string" || typeof raw !== "string") return undefined;
      return { type: "fault", fault: { ...fault, type: "fault", fault: name, raw } };
    }
    case "gap": {
      const cause = GAP_CAUSES.find((one) => one === value["cause"]);
      const dir = readDir(value["dir"]);
      return cause === undefined ? undefined : { type: "gap", cause, dir };
    }
    case "link": {
      const change = LINK_CHANGES.find((one) => one === value["change"]);
      return change === undefined ? undefined : { type: "link", change };
    }
    default:
      return undefined;
  }
}

/** The tape says that time had passed, but the machine, as it is today, did not ask for that yet. */
export function untimelyElapsed(due: Nanos | undefined, at: Nanos): JsonObject | undefined {
  if (due !== undefined && due <= at) return undefined;
  return { type: "fault", fault: "untimely-elapsed", deadline: due ?? null };
}

/** The machine, as it is today, asked to be told before now that time has passed, but the tape has no such input. */
export function missedElapsed(due: Nanos | undefined, at: Nanos): JsonObject | undefined {
  return due === undefined || due >= at ? undefined : { type: "fault", fault: "missed-elapsed", deadline: due };
}

function readFraming(value: Json | undefined): (JsonObject & { readonly dir: Dir; readonly span: Span }) | undefined {
  if (value === undefined || !isObject(value)) return undefined;
  const [dir, span] = [readDir(value["dir"]), readSpan(value["span"])];
  return dir === undefined || span === undefined ? undefined : { ...value, dir, span };
}

function readDir(value: Json | undefined): Dir | undefined {
  return value === "rx" || value === "tx" ? value : undefined;
}

function readSpan(value: Json | undefined): Span | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [offset, length]: readonly unknown[] = value;
  return typeof offset === "number" && typeof length === "number" ? [offset, length] : undefined;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
