import process from "node:process";
import type { Refusal } from "../../ota/release/refusal.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { refusalWords } from "./refusal-words.ts";

export interface ToldRefusal {
  readonly file: string;
  readonly refused: Refusal;
  readonly json: boolean;
}

/** Says why something was refused; a refusal is a result, not an error: exit 1. */
export function tellRefusal({ file, refused, json }: ToldRefusal): ExitCode {
  if (json) process.stdout.write(`${JSON.stringify({ accepted: false, file, refused })}\n`);
  process.stderr.write(`${file}: refused: ${refusalWords(refused)}\n`);
  return EXIT.different;
}
