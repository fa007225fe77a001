import process from "node:process";
import { Args } from "@oclif/core";
import type { ExitCode } from "../exit.ts";
import { FieldtapeCommand } from "../fieldtape-command.ts";
import { REPLAY_FLAGS, withLoopValue } from "../replay/flags.ts";

export class Replay extends FieldtapeCommand {
  static override summary = "Play a tape into a subject, or to a live program.";
  static override description =
    "Without more than a tape and a subject: every frame, fault and state on a line, as fast as the processor goes. With --json the same as the records of a tape. Faults in decoded traffic are data: exit 0. Exit 1: a divergence from --against or from what was recorded, or --on-break exit; 4: --twice was not the same; 5: the subject or program crashed or hung.";
  static override examples = [
    {
      description: "What was said on the wire.",
      command: "<%= config.bin %> <%= command.id %> site.tape.jsonl --subject modbus-tcp",
    },
    {
      description: "As it was at the time, from noon on, ten times as fast.",
      command: "<%= config.bin %> <%= command.id %> site.tape.jsonl -s nmea --from 2026-11-20T12:00:00Z --speed 10",
    },
    {
      description: "Step through it from the first exception on.",
      command: '<%= config.bin %> <%= command.id %> site.tape.jsonl -s modbus-tcp --break "exception exists"',
    },
    {
      description: "Whether it still comes out as it did.",
      command: "<%= config.bin %> <%= command.id %> site.tape.jsonl -s modbus-tcp --against golden.jsonl",
    },
    {
      description: "Play the device's part to a live program, and hold its requests against the recorded ones.",
      command:
        "<%= config.bin %> <%= command.id %> site.tape.jsonl --listen tcp:1502 --policy wait --out answers.tape.jsonl",
    },
    {
      description: "Start your program for it, and hear whether it answers as it did.",
      command: "<%= config.bin %> <%= command.id %> site.tape.jsonl --spawn './driver --port {port}' --policy wait",
    },
  ];
  static override args = { tape: Args.string({ description: "the tape", required: true }) };
  static override flags = REPLAY_FLAGS;

  protected override async act(): Promise<ExitCode> {
    this.argv = withLoopValue(this.argv);
    const { args, flags } = await this.parse(Replay);
    const [{ planReplay }, { replay }, { configOf, realWorld, shownZone }] = await Promise.all([
      import("../replay/plan.ts"),
      import("../replay/replay.ts"),
      import("../wiring.ts"),
    ]);
    const plan = planReplay(args.tape, flags);
    const config = await configOf(flags);
    const { clock } = realWorld({ sleep: plan.rate === undefined ? "coarse" : "precise" });
    return replay(plan, config, {
      print: (text) => this.print(text),
      say: (text) => this.say(text),
      color: process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined,
      clock,
      zone: shownZone(flags),
      signal: this.interrupted,
    });
  }
}
