import type { ExitCode } from "../../../exit.ts";
import { DeviceCommand, SESSION_FLAGS } from "../../../ota/device/device-command.ts";

export class OtaDeviceRollback extends DeviceCommand {
  static override summary = "Go back to the version before.";
  static override description =
    "Stops the application if fieldtape started it, switches back and starts the version before. The release that is left is not offered again.";
  static override examples = ["<%= config.bin %> <%= command.id %> --install /opt/gateway"];
  static override flags = SESSION_FLAGS;

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(OtaDeviceRollback);
    return this.session({ name: "rollback" }, flags);
  }
}
