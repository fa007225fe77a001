import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sentence } from "../bundle/redaction/frames.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { type Finished, fieldtape } from "./command-line.ts";

const POSITION = "GPGLL,4916.45,N,12311.12,W,225444,A";

/** A tape with a good sentence and a spoilt one, redacted with a subject of the project's own. */
async function redacted(module: string, redaction: Record<string, unknown> = {}): Promise<Finished & { text: string }> {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, "own"));
  writeFileSync(join(cwd, "package.json"), JSON.stringify({ type: "module", fieldtape: { abi: 1 } }));
  writeFileSync(join(cwd, "mine.js"), `export const PLUGIN_ABI = 1;\n${module}`);
  const config = { subjects: { mine: { module: "./mine.js" } }, redaction: { customer: redaction } };
  writeFileSync(join(cwd, "fieldtape.config.json"), JSON.stringify(config));
  const spoilt = sentence(POSITION.replace("225444", "225445")).replace("225445", "225446");
  const input = sentence(POSITION) + spoilt + sentence(POSITION);
  await fieldtape(["record", "stdin", "-o", "a.tape.jsonl", "--no-config"], { cwd, input });
  const redacting = [
    "tape",
    "redact",
    "a.tape.jsonl",
    "--subject",
    "mine",
    "--profile",
    "customer",
    "-o",
    "b.tape.jsonl",
  ];
  const finished = await fieldtape(redacting, { cwd });
  return { ...finished, text: finished.code === 0 ? readFileSync(join(cwd, "b.tape.jsonl"), "utf8") : "" };
}

describe("a subject of one's own", () => {
  test("that stands on a built-in framer tells no position, neither of a good sentence nor of a spoilt one", async () => {
    const { code, stderr, text } = await redacted("export const create = () => ({ framer: { subject: 'nmea' } });");
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("behaves the same in mine") });
    expect(text).toContain("$GPGLL");
    expect(text).not.toMatch(/4916\.45|12311\.12/);
  });

  test("that knows no frames is redacted by those of the framer that its profile names", async () => {
    const session = `
      export const create = () => ({ framer: {
        name: "counting",
        initial: ({ dir }) => ({ dir, at: 0 }),
        step(state, input) {
          if (input.type !== "bytes") return { state, outputs: [] };
          const span = [state.at, input.bytes.length];
          return { state: { ...state, at: state.at + span[1] }, outputs: [{ type: "frame", dir: state.dir, span }] };
        },
        deadline: () => undefined,
      } });`;
    const alone = await redacted(session);
    expect(alone.text + alone.stderr).toMatch(/4916\.45/);
    const { code, stderr, text } = await redacted(session, { framer: { subject: "nmea" } });
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("behaves the same in mine") });
    expect(text).not.toMatch(/4916\.45|12311\.12/);
  });

  test("with a framer that there is not is refused by name", async () => {
    const { code, stderr } = await redacted("export const create = () => ({ framer: { subject: 'nmea' } });", {
      framer: { subject: "nobody" },
    });
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"nobody" is no framer'),
    });
  });
});
