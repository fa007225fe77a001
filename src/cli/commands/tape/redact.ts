import { Args, Flags } from "@oclif/core";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class TapeRedact extends FieldtapeCommand {
  static override summary = "Write a copy of a tape without what must not leave: fields, secrets, names.";
  static override description =
    "The profile says what: standard is built in, others stand in the configuration. Fields are replaced by aliases of the same length through the subject's own encoder, so that lengths and checksums stay right; the same value has the same alias everywhere. Then both tapes are replayed into the subject: a copy that behaves differently, apart from the redacted fields, is refused unless --allow-different is given.";
  static override examples = [
    {
      description: "Look at what support would get, before it is sent.",
      command: "<%= config.bin %> <%= command.id %> site.tape.jsonl --subject modbus-tcp -o shown.tape.jsonl",
    },
    {
      description: "With a profile of the project's own.",
      command: "<%= config.bin %> <%= command.id %> site.tape.jsonl --subject nmea --profile customer",
    },
    {
      description: "No protocol that is known: secrets are looked for in the bytes.",
      command: "<%= config.bin %> <%= command.id %> console.tape.jsonl --no-subject",
    },
  ];
  static override args = { tape: Args.string({ description: "the tape", required: true }) };
  static override flags = {
    profile: Flags.string({ description: "what is redacted", helpValue: "PROFILE", default: "standard" }),
    subject: Flags.string({
      description: "whose frames they are (default: the configuration's)",
      helpValue: "NAME",
      exclusive: ["no-subject"],
    }),
    options: Flags.string({ description: "settings of that subject", helpValue: "JSON|@FILE", dependsOn: ["subject"] }),
    "no-subject": Flags.boolean({ description: "look at bytes, not at frames: field rules are not applied" }),
    output: Flags.string({
      char: "o",
      description: "the tape to write (default: NAME.redacted.tape.jsonl beside it)",
      helpValue: "TAPE",
    }),
    "allow-different": Flags.boolean({ description: "keep a copy that behaves differently" }),
    force: Flags.boolean({ description: "overwrite a tape that is there" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { interrupted } = this;
    const { args, flags } = await this.parse(TapeRedact);
    const [{ configOf }, { redactNamed }, { redactionWords }] = await Promise.all([
      import("../../wiring.ts"),
      import("../../secrets/redact-named.ts"),
      import("../../secrets/redaction-words.ts"),
    ]);
    const loaded = await configOf(flags);
    const out = flags.output ?? `${args.tape.replace(/(\.tape)?\.jsonl(\.gz)?$/, "")}.redacted.tape.jsonl`;
    const { kept, report } = await redactNamed(
      {
        tape: args.tape,
        out,
        force: flags.force,
        profile: flags.profile,
        subject: flags["no-subject"] ? undefined : { name: flags.subject, options: flags.options },
        allowDifferent: flags["allow-different"],
      },
      loaded,
      interrupted,
    );
    if (flags.json) await this.printLine(JSON.stringify({ out: kept ? out : null, ...report }));
    else {
      this.say(kept ? `${out}: redacted with ${flags.profile}` : `${args.tape}: not redacted with ${flags.profile}`);
      for (const line of redactionWords(report)) this.say(line);
      if (!kept)
        this.say(
          "  nothing was written: --allow-different keeps such a copy, and it must be looked at with that in mind",
        );
    }
    return kept ? EXIT.ok : EXIT.different;
  }
}
