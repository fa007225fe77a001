import { resolve } from "node:path";
import process from "node:process";
import { Flags } from "@oclif/core";
import type { ExitCode } from "../../../exit.ts";
import { DeviceCommand, SESSION_FLAGS, YES_FLAG } from "../../../ota/device/device-command.ts";

export class OtaDeviceUpdate extends DeviceCommand {
  static override summary = "Bring a device to the newest release of a repository.";
  static override description =
    "Mends what an interrupted session left, checks root, timestamp and manifest, refuses what is not for this device before it fetches anything, downloads (going on where it stopped), stages, switches, starts and watches. Without a health check in the policy the new version stays unconfirmed until ota device confirm. Exit 1: refused or rolled back; 3: network or disk.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --repo https://example.org/ota --install /opt/gateway",
    {
      description: "From a stick, recording the whole session.",
      command:
        "<%= config.bin %> <%= command.id %> --repo /media/usb/ota --install /opt/gateway --record update.tape.jsonl",
    },
  ];
  static override flags = {
    ...SESSION_FLAGS,
    repo: Flags.string({ description: "the repository: a folder or a URL", required: true, helpValue: "DIR|URL" }),
    yes: YES_FLAG,
  };

  protected override async tellResult(...told: Parameters<DeviceCommand["tellResult"]>): Promise<ExitCode> {
    const [, { end, device }, json] = told;
    const code = await super.tellResult(...told);
    if (end.outcome !== "staged" || end.reason !== undefined || device.policy.switch !== "external") return code;
    const { flags } = await this.parse(OtaDeviceUpdate);
    const updater = await import("../../../ota/device/start-updater.ts");
    const { "wait-pid": waitFor, yes, events } = flags;
    const run = { root: resolve(flags.install), waitFor, yes, events };
    const file = await updater.copyUpdater(run.root);
    const become = updater.canBecomeUpdater(run);
    const pid = become ? process.pid : await updater.spawnUpdater(file, run);
    if (!json) this.say(`${file} (process ${pid}) switches when the application has exited`);
    if (become) updater.becomeUpdater(file, run);
    return code;
  }

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(OtaDeviceUpdate);
    const { openRepository } = await import("../../../../ota/transfer/open-repository.ts");
    using transport = openRepository(flags.repo, process.cwd());
    return await this.session({ name: "update" }, flags, { transport, yes: flags.yes });
  }
}
