import { expect, test } from "vitest";
import { fieldtape } from "./command-line.ts";
import { renamedCorpus } from "./generated-cases.ts";

test("one renamed field over a thousand cases is one cause on one screen, and one decision accepts it", async () => {
  const cwd = renamedCorpus(1_000);
  const { code, stdout } = await fieldtape(["suite", "run"], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain("10000 differences in 1000 cases");
  expect(stdout.split("\n").length).toBeLessThanOrEqual(60);
  const id = /cause 1 of 1: (\w+)/.exec(stdout)?.[1] ?? "";
  const accept = ["suite", "accept", "--cluster", id, "--reason", "reading is called value now"];
  const accepted = await fieldtape(accept, { cwd, env: { CI: "" } });
  expect(accepted.code).toBe(0);
  expect(accepted.stdout.split("\n").length).toBeLessThanOrEqual(60);
  expect((await fieldtape(["suite", "run"], { cwd })).code).toBe(0);
});
