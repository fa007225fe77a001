import type { Json, JsonObject } from "../../bytes/json.ts";
import { parseRecordedInput, type RecordedInput } from "./schema.ts";

/** Joins the values that were too long for a line. */
export class InputJoiner {
  private parts = "";

  /** `undefined`: more is to come, or it is none. */
  take(value: Json): RecordedInput | undefined {
    if (isMessage(value) && value["type"] === "part" && typeof value["json"] === "string") {
      this.parts += value["json"];
      return undefined;
    }
    if (!isMessage(value) || value["type"] !== "joined") return parseRecordedInput(value);
    const { parts } = this;
    this.parts = "";
    try {
      return parseRecordedInput(JSON.parse(parts));
    } catch {
      return undefined;
    }
  }
}

function isMessage(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
