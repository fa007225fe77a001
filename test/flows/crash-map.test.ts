import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";

test("the crash map of a rollback is printed as a table, as JSON and as a page, and nothing in it is bad", async () => {
  const cwd = temporaryFolder();
  const { code, stdout, stderr } = await fieldtape(["ota", "crash-map", "--only", "rollback", "--html", "map.html"], {
    cwd,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "rollback …\n" });
  expect(stdout).toMatch(/^trial +operations +crash states +cuts +recovery cuts +refused +bad\nrollback +\d+/);
  expect(stdout).toMatch(/\d+ operations, \d+ crash states, \d+ recovery cuts: 0 bad\n$/);
  expect(readFileSync(join(cwd, "map.html"), "utf8")).toContain("Crash map: 0 bad");
  const json = await fieldtape(["ota", "crash-map", "--only", "rollback", "--json"], { cwd });
  expect(JSON.parse(json.stdout)).toMatchObject({
    operations: 22,
    states: expect.any(Number),
    recoveryCuts: expect.any(Number),
    bad: 0,
  });
});

test("planted mistakes are found, and each is left as a case that shows it again", async () => {
  const cwd = temporaryFolder();
  const args = ["ota", "crash-map", "--only", "rollback", "--planted", "--scenarios", "corpora/found"];
  const { code, stdout } = await fieldtape(args, { cwd });
  expect(code).toBe(0);
  expect(stdout.match(/^planted: .*: found$/gm)).toHaveLength(4);
  expect(readdirSync(join(cwd, "corpora/found"))).toHaveLength(4);
  const accepted = await fieldtape(["suite", "accept", ".", "--reason", "as the map found them"], {
    cwd,
    env: { CI: "" },
  });
  expect(accepted.code).toBe(0);
  const goldens = readdirSync(join(cwd, "corpora/found")).map((name) =>
    readFileSync(join(cwd, "corpora/found", name, "golden.jsonl"), "utf8"),
  );
  for (const golden of goldens) expect(golden).toContain('"type":"fault"');
}, 120_000);

test("a trial that there is not is refused with those that there are", async () => {
  const { code, stderr } = await fieldtape(["ota", "crash-map", "--only", "nonsense"]);
  expect(code).toBe(2);
  expect(stderr).toContain("component update");
});
