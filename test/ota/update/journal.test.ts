import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { EMPTY_JOURNAL, type Journal, note, readJournal } from "../../../src/ota/update/journal.ts";
import type { JournalEvent } from "../../../src/ota/update/journal-record.ts";

const tree = (release: number) => ({
  name: `${release}.0.0`,
  version: `${release}.0.0`,
  release,
  list: "a".repeat(64),
});

/** The text of a journal in which these were noted in one session. */
function written(...events: readonly (readonly [JournalEvent, number?])[]): string {
  let journal: Journal = EMPTY_JOURNAL;
  let text = "";
  for (const [event, floor] of events) {
    const noted = note(journal, event, floor);
    journal = noted.journal;
    const [first] = noted.operations;
    if (first?.do === "create") text = first.text;
    else if (first?.do === "append") text += first.text;
  }
  expect(readJournal(text).installation).toEqual(journal.installation);
  return text;
}

const WHOLE = written(
  [{ type: "installed", tree: tree(1) }, 1],
  [{ type: "staged", tree: tree(2) }],
  [{ type: "switching", tree: tree(2) }],
  [{ type: "switched", tree: tree(2) }],
  [{ type: "starting", tree: tree(2), attempt: 1 }],
  [{ type: "confirmed", tree: tree(2) }, 2],
);

test("the first note of a session puts a whole journal in the place of the one that was read; those after it are added", () => {
  const read = readJournal(WHOLE);
  const first = note(read, { type: "retired", tree: tree(1) });
  expect(first.operations.map(({ do: what, path }) => `${what} ${path}`)).toEqual([
    "create .journal.jsonl",
    "sync .journal.jsonl",
    "rename journal.jsonl",
    "sync-folder ",
  ]);
  const second = note(first.journal, { type: "staged", tree: tree(3) });
  expect(second.operations.map(({ do: what }) => what)).toEqual(["append", "sync"]);
});

test.each(Array.from({ length: 6 }, (_, index) => index))(
  "a journal that ends anywhere tells what its whole lines say: %i lines",
  (lines) => {
    const end = WHOLE.split("\n").slice(0, lines).join("\n").length + (lines === 0 ? 0 : 1);
    for (const torn of [0, 1, 40]) {
      const read = readJournal(WHOLE.slice(0, end + torn));
      expect(read.records).toHaveLength(lines);
      expect(read.state).toBe(torn === 0 ? "whole" : "torn");
    }
  },
);

test("any byte that is changed costs its line and no other, and never raises or lowers the floor of the others", () => {
  for (let at = 0; at < WHOLE.length; at += 7) {
    const changed = WHOLE.slice(0, at) + (WHOLE[at] === "x" ? "y" : "x") + WHOLE.slice(at + 1);
    const { records, installation } = readJournal(changed);
    expect(records.length).toBeGreaterThanOrEqual(4);
    expect(records.length).toBeLessThan(6);
    expect([1, 2]).toContain(installation.floor);
  }
});

test("a line that stands twice, or goes back, is left out", () => {
  const [first = "", second = ""] = WHOLE.split("\n");
  expect(readJournal(`${first}\n${second}\n${first}\n`).records).toHaveLength(2);
});

property.prop([fc.string({ unit: "binary" })])("no text is too strange to be read", (text) => {
  expect(readJournal(text).installation.floor).toBe(0);
  expect(readJournal(`${WHOLE}${text}`).installation.floor).toBe(2);
});
