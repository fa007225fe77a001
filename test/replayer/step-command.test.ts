import { expect, test } from "vitest";
import { parseStepCommand, STEP_HELP, stepKey } from "../../src/replayer/step-command.ts";

test("commands are words, and an empty line is a step", () => {
  expect(parseStepCommand("")).toEqual({ type: "step", count: 1 });
  expect(parseStepCommand("  step 12 ")).toEqual({ type: "step", count: 12 });
  expect(parseStepCommand("back")).toEqual({ type: "back", count: 1 });
  expect(parseStepCommand("seek line:7")).toEqual({ type: "seek", position: { type: "line", line: 7 } });
  expect(parseStepCommand("rate 0.5")).toEqual({ type: "rate", rate: 0.5 });
  expect(parseStepCommand('break value.text = "a b"')).toMatchObject({ type: "break", text: 'value.text = "a b"' });
  expect(parseStepCommand("break")).toEqual({ type: "break", predicate: undefined, text: "" });
});

test("every command of the help is one", () => {
  for (const line of STEP_HELP.split("\n")) {
    const [word = ""] = line.split(/\s/);
    const argument = { seek: " 1s", rate: " 2" }[word] ?? "";
    expect(parseStepCommand(word + argument).type).toBe(word);
  }
});

test.for(["step 0", "step x", "seek", "seek soon", "rate", "rate -1", "break (", "jump"])("%s is refused", (line) => {
  expect(() => parseStepCommand(line)).toThrow();
});

test("keys are commands at once, or begin a line", () => {
  expect(stepKey(" ")).toEqual({ type: "toggle" });
  expect(stepKey("\u001b[C")).toEqual({ type: "step", count: 1 });
  expect(stepKey("\u001b[D")).toEqual({ type: "back", count: 1 });
  expect(stepKey("g")).toEqual({ type: "prompt", word: "seek" });
  expect(stepKey("x")).toBeUndefined();
});
