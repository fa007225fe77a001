import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { BUILT_IN } from "../../src/cli/built-in-subjects.ts";
import { VOCABULARY } from "../../src/cli/suite/vocabulary.ts";
import { isPortFault } from "../../src/scenarios/faults/disturbance.ts";
import { faultSchema } from "../../src/scenarios/faults/schema.ts";
import { loadScenario } from "../../src/scenarios/scenario.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const corpus = join(root, "corpora");
const folders = readdirSync(corpus, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.name === "scenario.yaml")
  .map((entry) => entry.parentPath);
const scenarios = await Promise.all(folders.map((folder) => loadScenario(corpus, folder)));
const faults = scenarios.flatMap(({ settings }) => settings.faults);

/** What each kind of fault needs besides its name and place. */
const NEEDED = { by: "1s", bytesPerSecond: 1 };
const FAULTS = "drop duplicate delay reorder corrupt truncate split join lose-link clock-step".split(" ");

test("the corpus has every fault on records, at every kind of place", () => {
  expect(FAULTS.filter((name) => !faults.some(({ fault }) => fault === name))).toEqual([]);
  const places = ["record", "at", "mark", "state", "where"] as const;
  expect(places.filter((place) => !faults.some((fault) => fault[place] !== undefined))).toEqual([]);
});

test("the list of faults above has all that there are", () => {
  const known = faultSchema.options.flatMap(({ shape }) => [...shape.fault.values]);
  const onRecords = known.filter((fault) => {
    const parsed = [NEEDED, {}, { by: "1s" }, { bytesPerSecond: 1 }].flatMap((needed) => {
      const { success, data } = faultSchema.safeParse({ fault, at: "1s", ...needed });
      return success ? [data] : [];
    });
    return parsed.length > 0 && !parsed.some(isPortFault);
  });
  expect(onRecords.toSorted()).toEqual(FAULTS.toSorted());
});

test("the corpus has every built-in subject", () => {
  const played = new Set(scenarios.map(({ settings }) => settings.subject));
  expect(BUILT_IN.map(({ name }) => name).filter((name) => !played.has(name))).toEqual([]);
});

test("the corpus has every state of the updater", () => {
  const said = new Set(
    scenarios
      .filter(({ golden }) => existsSync(golden))
      .flatMap(({ golden }) => [
        ...readFileSync(golden, "utf8").matchAll(/"machine":"updater","value":{"type":"state","state":"([a-z-]+)"/g),
      ])
      .map(([, state]) => state),
  );
  expect(VOCABULARY["updater"]?.states?.filter((state) => !said.has(state))).toEqual([]);
});

test("the corpus has every state of the sessions that docs/subjects.md lists", () => {
  const tables = readFileSync(join(root, "docs/subjects.md"), "utf8").split("\n| `state` |").slice(1);
  const states = tables.flatMap((table) => {
    const rows = table.split("\n\n")[0]?.split("\n").slice(2) ?? [];
    return rows.flatMap((row) => /^\| `([a-z-]+)`/.exec(row)?.[1] ?? []);
  });
  expect(states.length).toBeGreaterThan(12);
  const goldens = scenarios
    .filter(({ golden }) => existsSync(golden))
    .map(({ golden }) => readFileSync(golden, "utf8"))
    .join("");
  expect(states.filter((state) => !goldens.includes(`"state":"${state}"`))).toEqual([]);
});

test("the corpus has every fault that a framer can say", () => {
  const said = new Set(
    scenarios
      .filter(({ golden }) => existsSync(golden))
      .flatMap(({ golden }) => [
        ...readFileSync(golden, "utf8").matchAll(/"machine":"([a-z-]+)".*"value":{"type":"fault","fault":"([a-z-]+)"/g),
      ])
      .map(([, machine, fault]) => `${machine} ${fault}`),
  );
  const sayable = Object.entries(VOCABULARY).flatMap(([machine, { faults = [] }]) =>
    faults.map((fault) => `${machine} ${fault}`),
  );
  expect(sayable.length).toBeGreaterThan(30);
  expect(sayable.filter((each) => !said.has(each))).toEqual([]);
});
