import { expect, test } from "vitest";
import { framerPart } from "../../src/machine/chain-plan.ts";
import type { Frame, Framer } from "../../src/machine/machine.ts";
import { LINES_OPTIONS, lines } from "../../src/protocol/lines.ts";
import { machineSubject } from "../../src/replayer/machine-subject.ts";

const value: Frame = { type: "frame", dir: "rx", span: [0, 2], text: "a" };
const frame = { bytes: new TextEncoder().encode("a\n"), value };

async function runOf<Options, S>(framer: Framer<Options, S>, options: Options) {
  const plan = { role: "observer", framer: framerPart(framer, options) } as const;
  const subject = machineSubject({ name: "any", role: "observer", parse: () => plan });
  return subject.open({ config: null, channels: [], seed: 0, faults: [] });
}

test("a subject whose framer has an encoder re-encodes frames, and one without says that it cannot", async () => {
  const run = await runOf(lines, LINES_OPTIONS);
  expect(await run.rewrite?.(frame, [{ path: ["text"], value: "bc" }])).toEqual(new TextEncoder().encode("bc\n"));
  const { reencode: _, ...deaf } = lines;
  expect((await runOf(deaf, LINES_OPTIONS)).rewrite).toBeUndefined();
});

test("an encoder that gives something else than it was asked for is not believed", async () => {
  const says = (text: string): Framer<typeof LINES_OPTIONS> => ({
    ...lines,
    reencode: () => new TextEncoder().encode(text),
  });
  const rewritten = async (text: string) =>
    (await runOf(says(text), LINES_OPTIONS)).rewrite?.(frame, [{ path: ["text"], value: "b" }]);
  expect(await rewritten("b\n")).toBeDefined();
  for (const text of ["c\n", "b\nb\n", "b\nrest", ""]) expect(await rewritten(text), text).toBeUndefined();
});

test("an edit of what is not there is refused", async () => {
  const run = await runOf(lines, LINES_OPTIONS);
  for (const path of [["data"], ["text", 0], ["toString"], ["span", 2], []]) {
    expect(await run.rewrite?.(frame, [{ path, value: "b" }]), path.join(".")).toBeUndefined();
  }
});
