import process from "node:process";
import { FieldtapeError } from "../errors.ts";

/** Goldens are changed by people. @throws FieldtapeError USAGE where `CI` is set, as all its servers do */
export function refuseContinuousIntegration(): void {
  const { CI } = process.env;
  if (CI === undefined || CI === "" || CI === "false") return;
  throw new FieldtapeError("USAGE", "continuous integration never changes a golden", {
    hint: "accept it on your own machine and commit it",
  });
}
