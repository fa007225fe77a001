import { assert } from "../../errors.ts";
import { openTcpLink } from "../../link/stream-link.ts";
import { TCP_DEFAULTS } from "../../link/tcp.ts";
import { DEVICES } from "../../simulator/devices.ts";
import { pollThermometer } from "../../simulator/poller.ts";
import { serveDevice } from "../../simulator/serve-device.ts";
import { BROKEN_CONFIG, SCENARIO, TAPE, writeDemoFolder, writeDemoScenario } from "./demo-folder.ts";
import { demoUpdate } from "./demo-update.ts";
import { ShownCommand } from "./shown-command.ts";
import { commandLine, type DemoOptions, excerpt, failed, run } from "./shown-run.ts";

/** Questions that the demo's plant controller asks: enough for the store to freeze. */
const QUESTIONS = 24;

/**
 * The loop that fieldtape closes, on a simulated device: record, replay, break, keep as a case, catch a broken build, fix, update, roll back. Every line
 * that it shows with a `$` is run as it stands.
 *
 * @throws FieldtapeError SUBJECT_CRASHED when a step does not end as it must
 */
export async function demo(options: DemoOptions): Promise<void> {
  const { folder, show } = options;
  await writeDemoFolder(folder);
  await show("1. A Modbus thermometer in a cold store, and a plant controller that reads it. Record what they say.");
  await record(options);
  await run(options, 0, ["tape", "inspect", TAPE]);
  await show("2. Replay the recording: what was asked and answered, in virtual time.");
  await run(options, 0, ["replay", TAPE, "--subject", "modbus-session"]);
  await show("3. Replay it into a parser of your own (cold-store.mjs), and stop where the store freezes.");
  await run(options, 1, [
    "replay",
    TAPE,
    "--subject",
    "cold-store",
    "--break",
    'value.state = "freezing"',
    "--on-break",
    "exit",
  ]);
  await show("4. Keep the recording as a regression case, with what the parser says now as its golden.");
  await writeDemoScenario(folder);
  await run(options, 0, ["suite", "accept", SCENARIO, "--reason", "first golden"]);
  await run(options, 0, ["suite", "run"]);
  await show("5. Somebody breaks the parser: it forgets that temperatures can be negative. The suite catches it.");
  await run(options, 1, ["suite", "run", "--config", BROKEN_CONFIG]);
  await show("6. Fix it, and the suite passes again.");
  await run(options, 0, ["suite", "run"]);
  await demoUpdate(options);
}

async function record(options: DemoOptions): Promise<void> {
  const { folder, clock, signal, show } = options;
  const thermometer = DEVICES.find(({ name }) => name === "thermometer");
  assert(thermometer !== undefined, "the demo's device is gone");
  const config = { intervalMs: 1000, count: 0 };
  await using device = await serveDevice(thermometer.play, { host: "127.0.0.1", port: 0 }, { clock, signal, config });
  const args = [
    "record",
    "tcp",
    "--listen",
    "127.0.0.1:0",
    "--to",
    `127.0.0.1:${device.address.port}`,
    "-o",
    TAPE,
    "--force",
  ];
  await show(`\n$ ${commandLine(args)}`);
  const recorder = new ShownCommand(args, folder, signal);
  try {
    const port = Number((await recorder.says(/127\.0\.0\.1:(?!0\b)(\d+)/))[1]);
    await using controller = await openTcpLink({ host: "127.0.0.1", port }, TCP_DEFAULTS, clock, signal);
    await pollThermometer(controller, { clock, signal, count: QUESTIONS, intervalMs: 20 });
  } finally {
    recorder.interrupt();
    await recorder.result; // it writes into the folder until then
  }
  const { code, stderr } = await recorder.result;
  for (const line of excerpt(stderr)) await show(`  ${line}`);
  if (code !== 0) throw failed(args, code, stderr);
}
