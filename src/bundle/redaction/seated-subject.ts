import type { Json } from "../../bytes/json.ts";
import type { Subject } from "../../replayer/subject.ts";

/** A subject with the settings that it is opened with. */
export interface SeatedSubject {
  readonly subject: Subject;
  readonly config: Json;
}
