import { EXIT, type ExitCode, worst } from "../exit.ts";
import { LAW_WORDS, type Law } from "./laws.ts";

const WORDS: Readonly<Record<string, string>> = {
  manifest: "its package says for which ABI it was written",
  loads: "it loads, and makes its machines",
  ...LAW_WORDS,
  ambient: "it asks no clock and no chance but its inputs",
};

/** One line for each law; under it, indented, why it does not hold. */
export function checkedLines(laws: readonly Law[]): readonly string[] {
  return laws.flatMap(({ law, result, why }) => [
    `${result.padEnd(9)}  ${law.padEnd(12)}  ${WORDS[law] ?? law}`,
    ...(why === undefined ? [] : why.split("\n").map((line) => `    ${line}`)),
  ]);
}

export function checkedExit(laws: readonly Law[]): ExitCode {
  return worst(
    laws.map(({ result, fatal }) => {
      if (result !== "failed") return EXIT.ok;
      return fatal === true ? EXIT.subject : EXIT.different;
    }),
  );
}
