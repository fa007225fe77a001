import { Flags } from "@oclif/core";
import type { SourceSpec } from "../../../recorder/source-spec.ts";
import type { ExitCode } from "../../exit.ts";
import { RECORD_FLAGS, RECORD_KEYS, TCP_FLAGS } from "../../record/flags.ts";
import { RecordCommand } from "../../record/record-command.ts";

export class RecordTcp extends RecordCommand {
  static override summary = "Record TCP traffic: as a tap between two ends, as a client, or as a server.";
  static override description =
    "With --listen and --to it is a tap: it accepts connections and passes every byte on to the device, both ways, while it records " +
    "them; each connection is a channel of its own. With --to alone it connects to the device and records what that sends; " +
    "with --listen alone it records what connects. rx is what comes from the device.\n\n" +
    RECORD_KEYS;
  static override examples = [
    {
      description: "Between a PLC and its master: let the master connect to port 1502 of this machine.",
      command: "<%= config.bin %> <%= command.id %> --listen '*:1502' --to 192.168.1.10:502",
    },
    {
      description: "With the Modbus frames on the same tape.",
      command: "<%= config.bin %> <%= command.id %> --listen 1502 --to 192.168.1.10:502 --decode modbus-tcp",
    },
    {
      description: "What a receiver sends, in segments of 100 MB, the last ten of them.",
      command: "<%= config.bin %> <%= command.id %> --to 10.0.0.7:2947 --reconnect --rotate 100MB --keep-last 10",
    },
  ];
  static override flags = {
    listen: Flags.string({ description: "accept connections here (host: 127.0.0.1)", helpValue: "[HOST:]PORT" }),
    to: Flags.string({ description: "the device's end", helpValue: "HOST:PORT" }),
    reconnect: Flags.boolean({ description: "as a client, connect again when the connection is over" }),
    ...TCP_FLAGS,
    ...RECORD_FLAGS,
  };

  protected override async act(): Promise<ExitCode> {
    const { flags } = await this.parse(RecordTcp);
    const [{ parseTcpAddress }, { LISTEN_HOST }, { FieldtapeError }] = await Promise.all([
      import("../../../link/address.ts"),
      import("../../../recorder/source-spec.ts"),
      import("../../../errors.ts"),
    ]);
    const listen = flags.listen === undefined ? undefined : parseTcpAddress(flags.listen, LISTEN_HOST);
    const to = flags.to === undefined ? undefined : parseTcpAddress(flags.to);
    let source: SourceSpec;
    if (listen !== undefined && to !== undefined) source = { type: "tcp-tap", listen, to };
    else if (to !== undefined) source = { type: "tcp-client", to };
    else if (listen !== undefined) source = { type: "tcp-server", listen };
    else throw new FieldtapeError("USAGE", "what is to be recorded? give --listen, --to, or both for a tap");
    return this.record(source, flags, { tcp: flags, reconnect: flags.reconnect || flags.service });
  }
}
