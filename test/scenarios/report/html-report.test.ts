import { describe, expect, test } from "vitest";
import { htmlReport } from "../../../src/scenarios/report/html-report.ts";
import { HOSTILE, sampleRun } from "./sample-run.ts";

describe("the report of a run", () => {
  const page = htmlReport(sampleRun());

  test("needs nothing from elsewhere, and runs nothing", () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|url\(|@import|\bon[a-z]+=["']/);
    expect(page).toContain(`default-src 'none'`);
    expect(page).not.toContain(HOSTILE);
  });

  test("names each cause once, with how to accept it", () => {
    expect(page.match(/<section class="panel" id="cause-/g)).toHaveLength(1);
    expect(page).toMatch(/fieldtape suite accept --cluster [0-9a-f]+ --reason/);
  });

  test("leads from a case to its causes and back", () => {
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]);
    expect(targets.length).toBeGreaterThan(3);
    for (const target of targets) expect(page).toContain(`id="${target}"`);
  });

  test("tells every outcome in its word", () => {
    const words = [...page.matchAll(/<span class="verdict [a-z]+">([a-z]+)<\/span>/g)].map((match) => match[1]);
    expect(words).toEqual([
      "different",
      "unmet",
      "broken",
      "new",
      "orphan",
      "unexplained",
      "unstable",
      "crashed",
      "passed",
    ]);
  });

  test("says of a case in quarantine who answers for it, and until when", () => {
    const quarantine = { owner: "ada", reason: "the new probe", until: "2099-01-01", expired: false };
    const { results, ...run } = sampleRun();
    const held = results.map((result) => (result.name === "clock" ? { ...result, quarantine } : result));
    expect(htmlReport({ ...run, results: held })).toContain("in quarantine until 2099-01-01 (ada: the new probe)");
  });

  test("shows the bytes with the frame's beginning and end", () => {
    expect(page.match(/<b class="inside begins">00<\/b>/g)).toHaveLength(1);
    expect(page.match(/<b class="inside( begins)?">[0-9a-f]{2}<\/b>/g)).toHaveLength(9);
  });

  test("of the same run is the same bytes", () => {
    expect(htmlReport(sampleRun())).toBe(page);
  });
});
