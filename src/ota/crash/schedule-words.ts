import { unreachable } from "../../errors.ts";
import type { Misfortune } from "./misfortune.ts";

/** How to get there, a line for each step. */
export function scheduleWords(schedule: readonly Misfortune[]): string[] {
  return schedule.map(({ session, operations, last, disturbance }) => {
    const where = `${session === "first" ? "the session" : "the restart"}, operation ${operations} (${last})`;
    switch (disturbance.type) {
      case "killed":
        return `${where}: killed right after it`;
      case "refused":
        return `${where}: answered ${disturbance.code}${disturbance.from ? ", and so is every write from then on" : ""}`;
      case "power-cut": {
        const { lost, pending, torn } = disturbance;
        const what =
          pending === 0
            ? "nothing was pending"
            : `${lost} of ${pending} pending effects lost${torn ? ", one torn" : ""}`;
        return `${where}: the power is cut right after it, ${what}`;
      }
      default:
        return unreachable(disturbance);
    }
  });
}
