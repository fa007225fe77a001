import { formatIso } from "../../../time/iso.ts";

/** Hours of the day, in UTC, as `02:30`. A window may go over midnight. */
export interface MaintenanceWindow {
  readonly from: string;
  readonly until: string;
}

/** Whether `now`, nanoseconds since 1970, lies in the window: from its first minute to before its last. */
export function isWithin({ from, until }: MaintenanceWindow, now: bigint): boolean {
  const time = formatIso(now, 0).slice(11, 16);
  return from <= until ? time >= from && time < until : time >= from || time < until;
}
