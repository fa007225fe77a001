import { resolve } from "node:path";
import { Args, Flags } from "@oclif/core";
import type { ExitCode } from "../../../exit.ts";
import { DeviceCommand, INSTALL_FLAG } from "../../../ota/device/device-command.ts";

export class OtaDeviceInstall extends DeviceCommand {
  static override summary = "Install the first version on a device.";
  static override description =
    "Verifies the package under the root that is baked in here, and lays the installation out: versions/, current, staging/ and a journal. Everything after it comes with ota device update.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> gateway-2.4.1.pkg --install /opt/gateway --trust 1.root.json",
    {
      description: "With a policy: how the application is started, and how it is found out that it works.",
      command:
        "<%= config.bin %> <%= command.id %> gateway-2.4.1.pkg --install /opt/gateway --trust 1.root.json --policy policy.yaml",
    },
  ];
  static override args = { package: Args.string({ description: "the signed package", required: true }) };
  static override flags = {
    install: INSTALL_FLAG,
    trust: Flags.string({ description: "the root that this device trusts", required: true, helpValue: "ROOT" }),
    kind: Flags.string({ description: "what kind of device this is", helpValue: "KIND" }),
    platform: Flags.string({ description: "instead of this machine's, as in linux-arm64", helpValue: "PLATFORM" }),
    plugin: Flags.string({
      description:
        "a plug-in of your own that stays on this device, and the ABI that it is written for; repeat for each",
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "NAME=ABI",
    }),
    policy: Flags.string({ description: "how this device updates itself: JSON or YAML", helpValue: "FILE" }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(OtaDeviceInstall);
    const [{ installFirst }, { parsePlugin }, { tellRefusal }] = await Promise.all([
      import("../../../ota/device/first-installation.ts"),
      import("../../../ota/device/plugin-flag.ts"),
      import("../../../ota/tell-refusal.ts"),
    ]);
    const result = await installFirst({
      package: args.package,
      root: resolve(flags.install),
      trust: flags.trust,
      kind: flags.kind,
      platform: flags.platform,
      plugins: (flags.plugin ?? []).map(parsePlugin),
      policy: flags.policy,
      observe: await this.teller(flags.json),
      signal: this.interrupted,
    });
    if ("refused" in result) return tellRefusal({ file: args.package, ...result, json: flags.json });
    return this.tellResult({ name: "recover" }, result, flags.json);
  }
}
