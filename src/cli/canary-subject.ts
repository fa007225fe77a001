import process from "node:process";
import type { Json } from "../bytes/json.ts";
import { FieldtapeError } from "../errors.ts";
import type { Subject, SubjectRun } from "../replayer/subject.ts";
import type { OutputRecord } from "../tape/record.ts";
import type { Nanos } from "../time/nanos.ts";
import { ambientWorld } from "../time/system-clock.ts";
import { newTapeId } from "./wiring.ts";

/** What a canary does that no subject may. */
const DEEDS: Readonly<Record<string, () => Json>> = {
  hang() {
    for (;;);
  },
  crash() {
    throw new Error("a canary that crashes");
  },
  exit: () => process.exit(1),
  chance: () => newTapeId(),
  zone: () => ambientWorld().zone,
  date: () => ambientWorld().day,
  locale: () => ambientWorld().locale,
};

/**
 * A subject that breaks one rule, for the cases that show that a suite notices: it hangs, dies, or lets out something of the world around it.
 * Only a scenario that says that it is a canary gets it.
 *
 * @throws FieldtapeError OPTIONS_INVALID
 */
export function canarySubject(options: Json | undefined): Subject {
  const does = typeof options === "object" && options !== null && "does" in options ? String(options.does) : "";
  const deed = Object.hasOwn(DEEDS, does) ? DEEDS[does] : undefined;
  if (deed === undefined)
    throw new FieldtapeError("OPTIONS_INVALID", `a canary does one of: ${Object.keys(DEEDS).join(", ")}`, {
      hint: "as in options: { does: hang }",
    });
  return { name: "canary", role: "observer", open: async () => canaryRun(deed) };
}

function canaryRun(deed: () => Json): SubjectRun {
  return {
    async advance(records) {
      const outputs = records.filter((record) => record.type === "end").map(({ at }) => said(at, deed()));
      return { outputs, deadline: undefined };
    },
    async [Symbol.asyncDispose]() {},
  };
}

function said(at: Nanos, seen: Json): OutputRecord {
  return { type: "output", at, machine: "canary", value: { type: "sight", seen } };
}
