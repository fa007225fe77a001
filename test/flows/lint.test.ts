import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fieldtape } from "./command-line.ts";
import { renamedCorpus } from "./generated-cases.ts";

test("rules that match nothing are found before they hide something", async () => {
  const cwd = renamedCorpus(2, "reading");
  const lint = () => fieldtape(["suite", "lint"], { cwd });
  expect((await lint()).code).toBe(0);
  const rules = 'golden: { rules: [{ mask: value.serial }, { drop: record, where: "reading > 60000" }] }\n';
  appendFileSync(join(cwd, "corpora/meter/case-0001/scenario.yaml"), rules);
  const { code, stdout } = await lint();
  expect(code).toBe(1);
  expect(stdout).toContain("meter/case-0001: golden.rules.0 (mask value.serial) matches nothing");
  expect(stdout).toContain("golden.rules.1 (drop record) matches nothing");
});
