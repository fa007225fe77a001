import type { CaseFailure } from "../../scenarios/case-failure.ts";
import { EXIT_OF_ERROR, type ExitCode } from "../exit.ts";
import { FieldtapeCommand } from "../fieldtape-command.ts";

/** A command that does something with one case after another. */
export abstract class SuiteCommand extends FieldtapeCommand {
  /** Tells a case that could not be read or played; the others go on. Answers with what it means for the exit code. */
  protected async tellFailure(
    { name, code, words }: CaseFailure,
    { json }: { readonly json: boolean },
  ): Promise<ExitCode> {
    if (json) await this.printJson({ name, failure: words });
    else await this.printLine(`${name} cannot be played: ${words}`);
    return EXIT_OF_ERROR[code];
  }
}
