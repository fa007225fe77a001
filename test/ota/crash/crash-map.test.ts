import { expect, test } from "vitest";
import { crashMap } from "../../../src/ota/crash/crash-map.ts";
import { crashMapPage } from "../../../src/ota/crash/crash-map-page.ts";
import { explore } from "../../../src/ota/crash/explore.ts";
import { PLANTED_FAULTS } from "../../../src/ota/crash/planted-fault.ts";
import { scheduleWords } from "../../../src/ota/crash/schedule-words.ts";
import { trialNamed } from "../../../src/ota/crash/trials.ts";

const signal = new AbortController().signal;
const quiet = (): void => {};

test("no cut, kill or refusal of an update, a rollback or a component update leaves anything but the old or the new version", () => {
  const only = ["update that does not start", "rollback", "component update"];
  const map = crashMap({ only, plant: false, progress: quiet, signal });
  expect(map.trials.map(({ name, bad }) => [name, bad.map(({ problem }) => problem)])).toEqual(
    only.map((name) => [name, []]),
  );
  expect(map.operations).toBeGreaterThan(150);
  expect(map.states).toBeGreaterThan(1_500);
  expect(map.recoveryCuts).toBeGreaterThan(50_000);
});

test("the map is the same every time", () => {
  const run = () => crashMap({ only: ["rollback"], plant: false, progress: quiet, signal });
  expect(run()).toEqual(run());
});

test.each(Object.entries(PLANTED_FAULTS))(
  "a planted mistake is found, with a schedule that leads to it: %s",
  (_, through) => {
    const [first] = explore({ ...trialNamed("update"), through }).bad;
    expect(first?.problem).toBeDefined();
    expect(first?.schedule.length).toBeGreaterThan(0);
    expect(scheduleWords(first?.schedule ?? [])[0]).toMatch(/^the session, operation \d+ \(.+\): /);
  },
);

test("a picture has a bar for each operation, and says where the restarts end", () => {
  const map = crashMap({ only: ["rollback"], plant: false, progress: quiet, signal });
  const page = crashMapPage(map);
  expect(page.match(/<title>\d+\. /g)?.length).toBe(map.operations);
  expect(page).toMatch(/rename \.current to current: [1-9]\d* end old, 0 new, 0 bad/);
});
