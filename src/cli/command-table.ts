import type { Command } from "@oclif/core";

/** Every command by its name; a colon stands for the blank between topic and command. */
export const COMMANDS: Readonly<Record<string, Command.Class>> = {};
