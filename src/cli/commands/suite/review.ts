import { resolve } from "node:path";
import process from "node:process";
import { Args, Flags } from "@oclif/core";
import { FieldtapeError } from "../../../errors.ts";
import { refuseContinuousIntegration } from "../../continuous-integration.ts";
import { EXIT, type ExitCode, worst } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

/** Flags that name causes, by id or signature. */
const CAUSES = { multiple: true, multipleNonGreedy: true, helpValue: "ID|SIGNATURE" } as const;

export class SuiteReview extends FieldtapeCommand {
  static override summary = "Decide about what a run changed, cause by cause.";
  static override description =
    "Runs the corpus and shows each cause once, with its cases and one example in full: on a terminal as a screen, otherwise by commands from standard input (help lists them). Nothing is written before you say so; then what was accepted becomes golden as with suite accept, and rejections and notes are kept in .fieldtape/review.json for the next review.";
  static override examples = [
    { description: "Review the whole corpus on a screen.", command: "<%= config.bin %> <%= command.id %>" },
    {
      description: "Decide one cause without looking at it here.",
      command: '<%= config.bin %> <%= command.id %> --accept 3f2a9c01be --reason "latency is told in milliseconds now"',
    },
  ];
  static override args = { dir: Args.string({ description: "the corpus, or a part of it", default: "corpora" }) };
  static override flags = {
    accept: Flags.string({ description: "accept this cause; may be given more than once", ...CAUSES }),
    reject: Flags.string({ description: "reject this cause; may be given more than once", ...CAUSES }),
    reason: Flags.string({ description: "why, for --accept and --reject", helpValue: "TEXT" }),
    variant: Flags.string({
      description: "review what this variant says: what is accepted becomes its golden",
      helpValue: "NAME",
    }),
    plain: Flags.boolean({ description: "by commands, also on a terminal" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(SuiteReview);
    const told = { accept: flags.accept ?? [], reject: flags.reject ?? [], reason: flags.reason?.trim() ?? "" };
    const decides = told.accept.length + told.reject.length > 0;
    if (decides && told.reason === "") throw new FieldtapeError("USAGE", "--reason must say why");
    refuseContinuousIntegration();
    const [
      { othersWords, reviewRun },
      { writeDecisions },
      review,
      { configOf, configOptionsOf, realWorld },
      { exitOfCase },
      { refuseNoVariant },
    ] = await Promise.all([
      import("../../review/review-run.ts"),
      import("../../review/write-decisions.ts"),
      import("../../../scenarios/review/review-file.ts"),
      import("../../wiring.ts"),
      import("../../suite/suite-words.ts"),
      import("../../suite/suite-accept.ts"),
    ]);
    refuseNoVariant(flags.variant);
    const config = await configOf(flags);
    const signal = this.interrupted;
    const place = configOptionsOf(flags);
    const run = await reviewRun({ dir: args.dir, variant: flags.variant, config: place, loaded: config, signal });
    const others = othersWords(run.others);
    if (others !== undefined) this.say(others);
    if (run.clusters.length === 0) {
      this.say("nothing differs from its golden");
      return worst(run.others.map(exitOfCase));
    }
    const reviewFile = resolve(".fieldtape", "review.json");
    const earlier = await review.readReview(reviewFile);
    const print = (text: string): Promise<void> => this.print(text);
    const say = (text: string): void => this.say(text);
    const decide = async () => {
      if (decides) return (await import("../../review/decide-told.ts")).decideTold(run.clusters, earlier, told);
      if (process.stdout.isTTY && !flags.plain && !flags.json) {
        const { showReview } = await import("../../screens/show-review.ts");
        return showReview(run.clusters, { clock: realWorld({ sleep: "coarse" }).clock, decisions: earlier, signal });
      }
      const { talkThrough } = await import("../../review/talk-through.ts");
      return talkThrough(run.clusters, { decisions: earlier, signal, print, say, differencesOf: run.differencesOf });
    };
    const decisions = await decide();
    if (decisions === undefined) {
      this.say("nothing was written");
      return EXIT.different;
    }
    const written = await writeDecisions(run, decisions, { reviewFile, config: place, signal });
    for (const line of written.words) await this.printLine(line);
    return written.code;
  }
}
