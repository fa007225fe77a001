import { TapeScanner } from "../tape/scanner.ts";
import { TABLE_START } from "./output-table.ts";

/** Reads lines of the protocol: records as they stand on a tape, and `unknown` ones, which are messages. The first that is neither is thrown. */
export function protocolScanner(file: string): TapeScanner {
  return new TapeScanner({
    file,
    verify: false,
    unordered: true,
    foreign: TABLE_START,
    onUnreadable: ({ error }) => {
      throw error;
    },
  });
}
