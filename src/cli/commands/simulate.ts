import { Args, Flags } from "@oclif/core";
import { FieldtapeError } from "../../errors.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { FieldtapeCommand } from "../fieldtape-command.ts";

export class Simulate extends FieldtapeCommand {
  static override summary = "Play a simulated device on a TCP port or a serial line, to try things on.";
  static override description =
    "The devices are those of the demo and of the corpus: thermometer, meter, nmea-receiver, slip-node, cobs-node. They say the same things every time. Ctrl-C ends it.";
  static override examples = [
    {
      description: "A Modbus/TCP thermometer.",
      command: "<%= config.bin %> <%= command.id %> thermometer --listen 127.0.0.1:1502",
    },
    {
      description: "A GNSS receiver on one end of a pty pair.",
      command: "<%= config.bin %> <%= command.id %> nmea-receiver --port /tmp/device",
    },
  ];
  static override args = { device: Args.string({ description: "which device", required: true }) };
  static override flags = {
    listen: Flags.string({ description: "answer on this TCP port", helpValue: "[HOST:]PORT", exclusive: ["port"] }),
    port: Flags.string({ description: "answer on this serial port", helpValue: "PATH" }),
    baud: Flags.integer({ description: "speed of the serial port", default: 9600, min: 1, max: 20_000_000 }),
    interval: Flags.integer({
      description: "milliseconds between what it says by itself",
      default: 1000,
      min: 1,
      max: 3_600_000,
    }),
    count: Flags.integer({
      description: "falls silent after so many; 0: never",
      default: 0,
      min: 0,
      max: 1_000_000_000,
    }),
  };

  protected override async act(): Promise<ExitCode> {
    const { args, flags } = await this.parse(Simulate);
    const [{ DEVICES }, { realWorld }] = await Promise.all([
      import("../../simulator/devices.ts"),
      import("../wiring.ts"),
    ]);
    const found = DEVICES.find(({ name }) => name === args.device);
    if (found === undefined) {
      throw new FieldtapeError("USAGE", `there is no simulated device ${JSON.stringify(args.device)}`, {
        hint: DEVICES.map(({ name, summary }) => `${name}: ${summary}`).join("\n  "),
      });
    }
    const { clock } = realWorld({ sleep: "coarse" });
    const options = { clock, signal: this.interrupted, config: { intervalMs: flags.interval, count: flags.count } };
    if (flags.listen !== undefined) {
      const [{ serveDevice }, { formatTcpAddress, parseTcpAddress }] = await Promise.all([
        import("../../simulator/serve-device.ts"),
        import("../../link/address.ts"),
      ]);
      await using served = await serveDevice(found.play, parseTcpAddress(flags.listen, "127.0.0.1"), options);
      this.say(`${found.name} answers on tcp:${formatTcpAddress(served.address)}`);
      await untilAborted(this.interrupted);
      return EXIT.ok;
    }
    if (flags.port === undefined) throw new FieldtapeError("USAGE", "where? give --listen PORT or --port PATH");
    const [{ openSerialLink }, { SERIAL_DEFAULTS }] = await Promise.all([
      import("../../link/stream-link.ts"),
      import("../../link/serial-settings.ts"),
    ]);
    await using link = await openSerialLink(flags.port, { ...SERIAL_DEFAULTS, baud: flags.baud }, clock);
    this.say(`${found.name} answers on serial:${flags.port}`);
    await found.play(link, options);
    return EXIT.ok;
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
