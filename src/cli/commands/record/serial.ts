import { Args, Flags } from "@oclif/core";
import type { ExitCode } from "../../exit.ts";
import { RECORD_FLAGS, RECORD_KEYS } from "../../record/flags.ts";
import { RecordCommand } from "../../record/record-command.ts";

export class RecordSerial extends RecordCommand {
  static override summary = "Record a serial port, alone or as a tap between two ports.";
  static override description =
    "Alone it listens and sends nothing. With --bridge it stands between two ports and passes every byte on: rx is what comes from PORT, " +
    "the device's side, tx what comes from the other. A port that is unplugged leaves a gap and is opened again when it is " +
    "back.\n\n" +
    RECORD_KEYS;
  static override examples = [
    {
      description: "A GNSS receiver at 4800 baud, with its sentences.",
      command: "<%= config.bin %> <%= command.id %> /dev/ttyUSB0 --baud 4800 --decode nmea",
    },
    {
      description: "Between a meter and its master.",
      command: "<%= config.bin %> <%= command.id %> /dev/ttyUSB0 --bridge /dev/ttyUSB1 --baud 9600 --format 8E1",
    },
  ];
  static override args = {
    port: Args.string({ description: "the port; with --bridge the device's side", required: true }),
  };
  static override flags = {
    bridge: Flags.string({ description: "pass everything on between this port and PORT", helpValue: "PORT2" }),
    baud: Flags.integer({ description: "speed", default: 9600, min: 1, max: 20_000_000 }),
    format: Flags.string({ description: "data bits, parity (N, E, O, M, S), stop bits", default: "8N1" }),
    rtscts: Flags.boolean({ description: "hardware flow control" }),
    xon: Flags.boolean({ description: "stop sending when told XOFF" }),
    xoff: Flags.boolean({ description: "tell XOFF when full" }),
    xany: Flags.boolean({ description: "any character means XON" }),
    hupcl: Flags.boolean({ description: "hang up (drop DTR) when closing", default: true, allowNo: true }),
    lock: Flags.boolean({ description: "keep other programs from the port", default: true, allowNo: true }),
    dtr: Flags.string({ description: "set this control line", options: ["on", "off"] }),
    rts: Flags.string({ description: "set this control line", options: ["on", "off"] }),
    reconnect: Flags.boolean({ description: "open an unplugged port again", default: true, allowNo: true }),
    ...RECORD_FLAGS,
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(RecordSerial);
    const { parseCharacter } = await import("../../../link/serial-settings.ts");
    const { baud, rtscts, xon, xoff, xany, hupcl, lock, dtr, rts, bridge } = flags;
    const settings = {
      baud,
      ...parseCharacter(flags.format),
      ...{ rtscts, xon, xoff, xany, hupcl, lock },
      ...(dtr === undefined ? {} : { dtr: dtr === "on" }),
      ...(rts === undefined ? {} : { rts: rts === "on" }),
    };
    const ends = bridge === undefined ? { path: args.port } : { path: args.port, bridge };
    return this.record({ type: "serial", ...ends, settings }, flags, { reconnect: flags.reconnect });
  }
}
