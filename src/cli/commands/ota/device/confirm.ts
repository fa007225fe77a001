import type { ExitCode } from "../../../exit.ts";
import { DeviceCommand, SESSION_FLAGS } from "../../../ota/device/device-command.ts";

export class OtaDeviceConfirm extends DeviceCommand {
  static override summary = "Say that the new version is healthy: keep it.";
  static override description =
    "From then on nothing older is installed, and the versions beyond the policy's keep go.";
  static override examples = ["<%= config.bin %> <%= command.id %> --install /opt/gateway"];
  static override flags = SESSION_FLAGS;

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(OtaDeviceConfirm);
    return this.session({ name: "confirm" }, flags);
  }
}
