import { resolve } from "node:path";
import { Flags } from "@oclif/core";
import type { Migrated } from "../../../scenarios/migrate.ts";
import { refuseContinuousIntegration } from "../../continuous-integration.ts";
import { EXIT, type ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";

export class SuiteMigrate extends FieldtapeCommand {
  static override summary = "Rename a field, a type or a value in every golden, and show that nothing else changed.";
  static override description =
    "Each golden is renamed and turned back again: if that does not give it as it was, because the new name was taken, nothing at all is written. The reason is kept in one file below the corpus's changes/ folder.";
  static override examples = [
    {
      description: "A field.",
      command: '<%= config.bin %> <%= command.id %> --field value.reading=value --reason "reading is called value now"',
    },
    {
      description: "A type.",
      command: '<%= config.bin %> <%= command.id %> --type frame=telegram --reason "as the standard calls it"',
    },
    {
      description: "A value, in some records.",
      command:
        '<%= config.bin %> <%= command.id %> --value value.state:late=overdue --where "machine = modbus-session" --reason "…"',
    },
  ];
  static override flags = {
    field: Flags.string({ description: "a member's path and its new name", helpValue: "PATH=NAME" }),
    type: Flags.string({ description: "a type of value and its new name", helpValue: "OLD=NEW" }),
    value: Flags.string({ description: "a path, the value there and the new one", helpValue: "PATH:OLD=NEW" }),
    where: Flags.string({ description: "only in records that this holds for", helpValue: "PREDICATE" }),
    reason: Flags.string({ description: "why this is right now", required: true, helpValue: "TEXT" }),
    corpus: Flags.string({ description: "the corpus", default: "corpora", helpValue: "DIR" }),
    "dry-run": Flags.boolean({ description: "say what would be renamed, and write nothing" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(SuiteMigrate);
    const [{ parseRename }, { discover }, { migrate }, { stillNamed }] = await Promise.all([
      import("../../suite/rename-flags.ts"),
      import("../../../scenarios/discover.ts"),
      import("../../../scenarios/migrate.ts"),
      import("../../../scenarios/still-named.ts"),
    ]);
    const { field, type, value, where } = flags;
    const rename = parseRename({ field, type, value, where });
    const dryRun = flags["dry-run"];
    if (!dryRun) refuseContinuousIntegration();
    const corpus = resolve(flags.corpus);
    const { folders } = await discover(corpus);
    const migrated = await migrate({ corpus, folders, rename, reason: flags.reason, dryRun });
    for (const each of migrated) {
      if (flags.json) await this.printJson({ ...each });
      else if (each.digest) await this.printLine(`holds digests, accept it anew: ${each.name}/${each.file}`);
      else if (each.records > 0) await this.printLine(`${each.name}/${each.file}: ${each.records} records`);
    }
    this.say(summary(migrated, dryRun));
    const left = await stillNamed(corpus, folders, rename);
    if (left.length > 0) this.say(leftWords(left));
    return EXIT.ok;
  }
}

const NAMED_MAX = 10;

/** Expectations, faults and rules are written by people: they are named, not changed. */
function leftWords(names: readonly string[]): string {
  const more = names.length > NAMED_MAX ? `, … ${names.length - NAMED_MAX} more` : "";
  return `  scenario.yaml still speaks of it, change it by hand: ${names.slice(0, NAMED_MAX).join(", ")}${more}`;
}

function summary(migrated: readonly Migrated[], dryRun: boolean): string {
  const changed = migrated.filter(({ records }) => records > 0);
  const records = changed.reduce((sum, each) => sum + each.records, 0);
  const done = dryRun ? "would be renamed" : "renamed";
  return `${records} records in ${changed.length} of ${migrated.length} goldens ${done}; turned back, each is as it was: nothing else changed`;
}
