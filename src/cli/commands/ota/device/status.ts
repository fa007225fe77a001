import { resolve } from "node:path";
import { EXIT, type ExitCode } from "../../../exit.ts";
import { FieldtapeCommand } from "../../../fieldtape-command.ts";
import { INSTALL_FLAG } from "../../../ota/device/device-command.ts";

export class OtaDeviceStatus extends FieldtapeCommand {
  static override summary = "Show which version a device has, and in which state.";
  static override description =
    "Reads the journal and changes nothing; may be asked at any time, also while an update goes on.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --install /opt/gateway",
    "<%= config.bin %> <%= command.id %> --install /opt/gateway --json",
  ];
  static override flags = { install: INSTALL_FLAG };

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(OtaDeviceStatus);
    const [{ RealFs }, { deviceStatus }, { readDeviceFile }, words] = await Promise.all([
      import("../../../../ota/update/real-fs.ts"),
      import("../../../../ota/session/status.ts"),
      import("../../../../ota/session/device-file.ts"),
      import("../../../ota/device/device-words.ts"),
    ]);
    const root = resolve(flags.install);
    const { product } = await readDeviceFile(root);
    const status = await deviceStatus(new RealFs(root), this.interrupted);
    if (flags.json) await this.printJson({ product, ...words.statusJson(status) });
    else await this.printLine(`${product} ${words.statusWords(status, root)}`);
    return EXIT.ok;
  }
}
