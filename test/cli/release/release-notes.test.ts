import { expect, test } from "vitest";
import { releaseNotes } from "../../../src/cli/release/release-notes.ts";

const commit = (subject: string) => ({ sha: "0123456789abcdef", subject });
const OPTIONS = { version: "1.1.0", since: "v1.0.0", lengthMax: 10_000 };

test("subjects stand under their prefix; those without one come last", () => {
  const subjects = [
    "say less",
    "ota: resume",
    "cli: one flag",
    "ota device: status",
    "feat(cli)!: no flag",
    "ota: begin",
  ];
  expect(releaseNotes(subjects.map(commit), OPTIONS)).toMatchInlineSnapshot(`
    "# 1.1.0

    Changes since v1.0.0.

    ## cli

    - one flag (0123456789)

    ## feat

    - no flag (0123456789)

    ## ota

    - resume (0123456789)
    - begin (0123456789)

    ## ota device

    - status (0123456789)

    ## other

    - say less (0123456789)
    "
  `);
  expect(releaseNotes([], { ...OPTIONS, since: undefined })).toBe("# 1.1.0\n\nThe first release.\n");
});

test("however much there is to say, the notes stay within their length and count the rest", () => {
  const commits = Array.from({ length: 500 }, (_, index) => commit(`part${index % 7}: ${"x".repeat(index)}`));
  for (const lengthMax of [200, 1_000, 20_000]) {
    const notes = releaseNotes(commits, { ...OPTIONS, lengthMax });
    expect(notes.length).toBeLessThanOrEqual(lengthMax);
    const shown = notes.split("\n").filter((line) => line.startsWith("- ")).length;
    expect(notes).toContain(`…and ${500 - shown} more.`);
  }
});

test("what a commit says cannot act on a terminal", () => {
  expect(releaseNotes([commit("cli: \u001b]0;title\u0007 \u009b2J")], OPTIONS)).not.toMatch(/[\u0007\u001b\u009b]/);
});
