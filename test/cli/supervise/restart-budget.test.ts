import { expect, test } from "vitest";
import { RestartBudget } from "../../../src/cli/supervise/restart-budget.ts";
import { seconds } from "../../../src/time/nanos.ts";

test("what dies is started again five times within a minute, and again when a minute has passed", () => {
  const budget = new RestartBudget();
  const started = [0, 1, 2, 3, 4, 5, 59, 60, 60.5, 61].map((second) => budget.take(seconds(second)));
  expect(started).toEqual([true, true, true, true, true, false, false, true, false, true]);
});
