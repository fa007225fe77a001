import { resolve } from "node:path";
import { Flags } from "@oclif/core";
import type { SessionObservation } from "../../../ota/session/operate-session.ts";
import type { UpdaterCommand } from "../../../ota/update/updater-talk.ts";
import type { ExitCode } from "../../exit.ts";
import { FieldtapeCommand } from "../../fieldtape-command.ts";
import type { DeviceRun, DeviceRunResult } from "./run-device.ts";

export const INSTALL_FLAG = Flags.string({
  description: "the installation's folder",
  required: true,
  helpValue: "DIR",
});

/** The flags of a session that may start or stop the application, or be recorded. */
export const SESSION_FLAGS = {
  install: INSTALL_FLAG,
  record: Flags.string({ description: "write the session to this tape", helpValue: "TAPE" }),
  force: Flags.boolean({ description: "overwrite that tape" }),
  events: Flags.string({ description: "add a line of JSON to this file for each change of state", helpValue: "FILE" }),
  "wait-pid": Flags.integer({
    description: "the application's process, which ends by itself",
    helpValue: "PID",
    min: 2,
  }),
};

/** Of the sessions that may switch to a version that is staged. */
export const YES_FLAG = Flags.boolean({ description: "switch now, whatever the policy's window or question" });

interface SessionFlags {
  readonly install: string;
  readonly record?: string | undefined;
  readonly force: boolean;
  readonly events?: string | undefined;
  readonly "wait-pid"?: number | undefined;
  readonly json: boolean;
}

/** What the commands of a device share: one session of its updater, told to a person or a program. */
export abstract class DeviceCommand extends FieldtapeCommand {
  protected override readonly longRunning = true;

  protected async session(
    command: UpdaterCommand,
    flags: SessionFlags,
    more: Partial<Pick<DeviceRun, "transport" | "yes">> = {},
  ): Promise<ExitCode> {
    const { runDevice } = await import("./run-device.ts");
    const result = await runDevice({
      root: resolve(flags.install),
      command,
      yes: false,
      ...more,
      waitFor: flags["wait-pid"],
      record: flags.record === undefined ? undefined : { path: flags.record, force: flags.force },
      events: flags.events,
      observe: await this.teller(flags.json),
      signal: this.interrupted,
    });
    return this.tellResult(command, result, flags.json);
  }

  protected async tellResult(command: UpdaterCommand, result: DeviceRunResult, json: boolean): Promise<ExitCode> {
    const { exitOf, resultJson, resultWords } = await import("./device-words.ts");
    this.runLog.info("result", resultJson(result));
    if (json) await this.printJson(resultJson(result));
    else await this.printLine(resultWords(result));
    return exitOf(command, result);
  }

  protected async teller(json: boolean): Promise<(observation: SessionObservation) => void> {
    const { progressWords } = await import("./device-words.ts");
    return (observation) => {
      const words = progressWords(observation);
      if (words === undefined) return;
      this.runLog.info("session", { words });
      if (!json) this.say(words);
    };
  }
}
