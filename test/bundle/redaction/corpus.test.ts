import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { redactTape } from "../../../src/bundle/redaction/redact-tape.ts";
import { redactionSubject } from "../../../src/cli/secrets/redaction-subject.ts";
import { loadScenario } from "../../../src/scenarios/scenario.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { STANDARD_REDACTION } from "./redacting.ts";

const corpus = resolve(import.meta.dirname, "../../../corpora");
/** Subjects that hear traffic; an updater hears what it was told. */
const suites = ["cobs", "cold-store", "length-prefixed", "lines", "modbus", "nmea", "request-reply", "slip"];
const cases = readdirSync(corpus, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.name === "scenario.yaml" && suites.includes(basename(dirname(entry.parentPath))))
  .map((entry) => entry.parentPath)
  .toSorted();

test("every tape of the corpus behaves the same when it is redacted", async () => {
  const folder = temporaryFolder();
  const others: string[] = [];
  for (const [index, path] of cases.entries()) {
    const { settings } = await loadScenario(corpus, path);
    const tape = ["tape.jsonl", "tape.jsonl.gz"].map((name) => join(path, name)).find(existsSync) ?? "";
    const { behaviour } = await redactTape(
      {
        tape,
        out: join(folder, `${index}.tape.jsonl`),
        force: false,
        redaction: STANDARD_REDACTION,
        ...(await redactionSubject(
          { name: settings.subject, options: settings.options, framer: undefined },
          { config: {}, file: undefined },
        )),
      },
      new AbortController().signal,
    );
    if (behaviour.verdict !== "same") others.push(`${basename(dirname(path))}/${basename(path)}`);
  }
  expect(others).toEqual([]);
  expect(cases.length).toBeGreaterThan(30);
});
