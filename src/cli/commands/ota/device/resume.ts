import type { ExitCode } from "../../../exit.ts";
import { DeviceCommand, SESSION_FLAGS, YES_FLAG } from "../../../ota/device/device-command.ts";

export class OtaDeviceResume extends DeviceCommand {
  static override summary = "Go on with an update that is staged or was interrupted.";
  static override description =
    "Needs no network. What a device runs when it starts: a version that was started as often as the policy allows without being confirmed is rolled back.";
  static override examples = ["<%= config.bin %> <%= command.id %> --install /opt/gateway"];
  static override flags = { ...SESSION_FLAGS, yes: YES_FLAG };

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(OtaDeviceResume);
    return this.session({ name: "resume" }, flags, { yes: flags.yes });
  }
}
