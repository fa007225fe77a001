import { expect, test } from "vitest";
import type { SessionObservation } from "../../../src/ota/session/operate-session.ts";
import { StatusEvents } from "../../../src/ota/session/report.ts";
import type { SessionOutput } from "../../../src/ota/session/session-talk.ts";
import { nanos } from "../../../src/time/nanos.ts";

let minute = 0;
const now = (): string => `2026-01-01T00:0${minute++}:00.000Z`;
const said = (value: SessionOutput): SessionObservation => ({ type: "output", at: nanos(0), value });

test("a version is the device's when it is confirmed, not when it is started", () => {
  minute = 0;
  const events = new StatusEvents({ version: "1.0.0", now });
  const states = ["downloading", "launching", "committed"] as const;
  const heard = states.map((state) => events.hear(said({ type: "state", state, version: "2.0.0" })));
  expect(heard).toMatchObject([
    { type: "ota.status_changed", ota_status: "downloading", ota_progress: 0, firmware_version: "1.0.0" },
    { ota_status: "restarting", ota_progress: 100, firmware_version: "1.0.0", version: "2.0.0" },
    { ota_status: "idle", ota_progress: 100, firmware_version: "2.0.0", last_update_time: "2026-01-01T00:02:00.000Z" },
  ]);
  expect(heard[1]).not.toHaveProperty("last_update_time");
});

test("a version that is rolled back leaves the one before, with the reason", () => {
  minute = 0;
  const events = new StatusEvents({ version: "1.0.0", now });
  events.hear(said({ type: "state", state: "confirming", version: "2.0.0" }));
  expect(events.hear(said({ type: "state", state: "rolled-back", version: "1.0.0", reason: "exited-3" }))).toEqual({
    type: "ota.status_changed",
    time: "2026-01-01T00:01:00.000Z",
    state: "rolled-back",
    ota_status: "failed",
    ota_progress: 0,
    ota_message: "exited-3",
    firmware_version: "1.0.0",
    version: "1.0.0",
  });
});

test("progress is told once for each hundredth", () => {
  minute = 0;
  const events = new StatusEvents({ version: undefined, now });
  events.hear(said({ type: "state", state: "downloading" }));
  const told = [1, 5, 9, 10, 10].map((done) =>
    events.hear(said({ type: "progress", state: "downloading", done, total: 500 })),
  );
  expect(told.map((event) => event?.["ota_progress"])).toEqual([undefined, 1, undefined, 2, undefined]);
});
