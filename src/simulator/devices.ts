import type { Link } from "../link/link.ts";
import type { Device } from "./device.ts";
import { meter } from "./meter.ts";
import { nmeaReceiver } from "./nmea-receiver.ts";
import { type RunDeviceOptions, runDevice } from "./run-device.ts";
import { cobsNode, slipNode } from "./sensor-node.ts";
import { thermometer } from "./thermometer.ts";

/** A simulated device that can be asked for by name. */
export interface NamedDevice {
  readonly name: string;
  readonly summary: string;
  /** Plays it on a wire until the wire is closed or the signal comes. */
  readonly play: PlayDevice;
}

export type PlayDevice = (link: Link, options: RunDeviceOptions) => Promise<void>;

export const DEVICES: readonly NamedDevice[] = [
  named(thermometer, "Modbus/TCP thermometer of a cold store; answers requests"),
  named(meter, "power meter with AA 55 length … CRC framing; answers requests"),
  named(nmeaReceiver, "GNSS receiver; says NMEA 0183 sentences at its interval"),
  named(slipNode, "sensor node on a SLIP line; says a reading at its interval"),
  named(cobsNode, "sensor node on a COBS line; says a reading at its interval"),
];

function named<State>(device: Device<State>, summary: string): NamedDevice {
  return { name: device.name, summary, play: (link, options) => runDevice(device, link, options) };
}
