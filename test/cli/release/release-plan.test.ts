import { expect, test } from "vitest";
import { planRelease } from "../../../src/cli/release/release-plan.ts";
import { RELEASE_STEPS, type ReleaseStep } from "../../../src/cli/release/step-names.ts";

const INPUTS = Object.fromEntries(RELEASE_STEPS.map((step) => [step, step])) as Record<ReleaseStep, unknown>;

const plan = (more: Partial<Parameters<typeof planRelease>[0]> = {}) =>
  planRelease({ inputs: INPUTS, done: {}, from: undefined, skip: new Set(), ...more });
const ran = (...given: Parameters<typeof plan>): readonly string[] =>
  plan(...given)
    .filter(({ action }) => action === "run")
    .map(({ step }) => step);
/** Every step up to this one, as it was done with the usual inputs. */
function doneUntil(last: ReleaseStep) {
  const done = plan().slice(0, RELEASE_STEPS.indexOf(last) + 1);
  return Object.fromEntries(done.map(({ step, key }) => [step, { key, files: {} }]));
}

test("a release that was cut off goes on with the first step that was not done", () => {
  expect(ran()).toEqual(RELEASE_STEPS);
  expect(ran({ done: doneUntil("package") })).toEqual(["sign", "report", "hashes", "publish", "upload", "finish"]);
});

test("a step with other inputs is done again, and so is everything after it", () => {
  const done = doneUntil("upload");
  expect(ran({ done, inputs: { ...INPUTS, sign: "another key" } })[0]).toBe("sign");
  expect(ran({ done, inputs: { ...INPUTS, version: "another commit" } })).toEqual(RELEASE_STEPS);
});

test("what follows a step whose files were changed is done again, though it was done", () => {
  const { build: _damaged, ...done } = doneUntil("upload");
  expect(ran({ done })[0]).toBe("build");
  expect(ran({ done })).toContain("upload");
});

test("a step that is named is done again; one that is left out changes nothing for the others", () => {
  expect(ran({ done: doneUntil("upload"), from: "tests" })[0]).toBe("tests");
  expect(ran({ done: doneUntil("build"), skip: new Set<ReleaseStep>(["tests"]) })[0]).toBe("licences");
});
