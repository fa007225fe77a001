import { describe, expect, test } from "vitest";
import { failure } from "../../src/cli/failure.ts";
import { FieldtapeError } from "../../src/errors.ts";

const words = (message: string, more: ConstructorParameters<typeof FieldtapeError>[2] = {}) =>
  failure(new FieldtapeError("TAPE_MALFORMED", message, more), false).words;

describe("what a person reads of a failure", () => {
  test("names the place once, however the message names it", () => {
    const at = { file: "a.tape.jsonl", line: 7 };
    expect(words("a record of no channel", at)).toBe("error: a.tape.jsonl:7: a record of no channel");
    expect(words("a.tape.jsonl is no tape", at)).toBe("error: a.tape.jsonl:7 is no tape");
    expect(words("a.tape.jsonl:7: it is of schema 9", at)).toBe("error: a.tape.jsonl:7: it is of schema 9");
    expect(words("a.tape.jsonl is a folder", { file: "a.tape.jsonl" })).toBe("error: a.tape.jsonl is a folder");
    expect(words("a.tape.jsonl.gz is cut off", { file: "a.tape.jsonl" })).toBe(
      "error: a.tape.jsonl: a.tape.jsonl.gz is cut off",
    );
  });

  test("names what the system said once, and what to do on a line of its own", () => {
    const cause = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT" });
    expect(words("cannot read it", { cause, hint: "look there" })).toBe("error: cannot read it (ENOENT)\n  look there");
    expect(words("cannot write x: ENOENT", { cause })).toBe("error: cannot write x: ENOENT");
  });

  test("is spared what oclif says of flags in general", () => {
    const usage = Object.assign(
      new Error(
        'Missing 1 required arg:\ntape  the tape\n\nNote: --channel allows multiple values. Because of this you need to …\nAlternatively, you can use "--" to …\nSee more help with --help',
      ),
      { oclif: {} },
    );
    expect(failure(usage, false)).toEqual({ exit: 2, words: "error: Missing 1 required arg:\ntape  the tape" });
  });
});
