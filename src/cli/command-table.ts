import type { Command } from "@oclif/core";
import { Simulate } from "./commands/simulate.ts";
import { SuiteAccept } from "./commands/suite/accept.ts";
import { SuiteList } from "./commands/suite/list.ts";
import { SuiteRun } from "./commands/suite/run.ts";

/** Every command by its name; a colon stands for the blank between topic and command. */
export const COMMANDS: Readonly<Record<string, Command.Class>> = {
  simulate: Simulate,
  "suite:accept": SuiteAccept,
  "suite:list": SuiteList,
  "suite:run": SuiteRun,
};
