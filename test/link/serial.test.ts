import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import type { Arrival } from "../../src/link/arrival.ts";
import type { Arrivals } from "../../src/link/arrivals.ts";
import { openSerialPort } from "../../src/link/serial.ts";
import { openSerial, type SerialCaptureOptions } from "../../src/link/serial-capture.ts";
import { formatSerialSettings, parseCharacter, SERIAL_DEFAULTS } from "../../src/link/serial-settings.ts";
import { readUartCounts, type UartCounts, watchUartCounts } from "../../src/link/uart-counters.ts";
import { seconds } from "../../src/time/nanos.ts";
import { turn } from "../../src/time/system-clock.ts";
import { VirtualClock } from "../../src/time/virtual-clock.ts";
import { needs } from "../needs.ts";
import { bytesOf, changesOf, everything, recording } from "./loopback.ts";
import { ptyPair } from "./pty-pair.ts";

async function capture(path: string, options: Partial<SerialCaptureOptions> = {}) {
  const { arrivals, clock } = recording();
  const source = await openSerial(arrivals, {
    path,
    settings: SERIAL_DEFAULTS,
    name: "meter",
    reconnect: true,
    whenCrowded: "gap",
    clock,
    ...options,
  });
  const heard: Arrival[] = [];
  return { arrivals, source, heard };
}

/** Takes what arrives until `enough` says so. */
async function hear(arrivals: Arrivals, heard: Arrival[], enough: () => boolean): Promise<void> {
  while (!enough()) {
    await arrivals.next();
    heard.push(...everything(arrivals));
  }
}

describe("a serial port", () => {
  needs("socat")("is recorded as rx, with all its settings on the tape", async () => {
    await using pty = await ptyPair();
    const { arrivals, source, heard } = await capture(pty.near, {
      settings: { ...SERIAL_DEFAULTS, baud: 115_200, ...parseCharacter("7E2"), xon: true },
    });
    const device = await openSerialPort(pty.far, SERIAL_DEFAULTS);
    device.stream.write("$GPGGA,1\r\n");
    await hear(arrivals, heard, () => bytesOf(heard, "rx").length === 10);
    await source.close();
    await device.close();
    heard.push(...everything(arrivals));
    expect(heard[0]).toMatchObject({
      type: "channel",
      name: "meter",
      source: `serial:${pty.near}`,
      settings: { role: "capture", baud: 115_200, dataBits: 7, parity: "even", stopBits: 2, xon: true, rtscts: false },
    });
    expect(bytesOf(heard, "rx").toString()).toBe("$GPGGA,1\r\n");
    expect(changesOf(heard)).toEqual(["open", "close stop"]);
    expect(await source.ended).toEqual({ reason: "stop" });
  });

  needs("socat")("that is unplugged is lost, with a gap behind it, and goes on when it is back", async () => {
    await using pty = await ptyPair();
    const { arrivals, source, heard } = await capture(pty.near);
    await pty.unplug();
    await hear(arrivals, heard, () => changesOf(heard).length === 3);
    await pty.plug();
    await hear(arrivals, heard, () => changesOf(heard).length === 4);
    const device = await openSerialPort(pty.far, SERIAL_DEFAULTS);
    device.stream.write("back");
    await hear(arrivals, heard, () => bytesOf(heard, "rx").length === 4);
    await source.close();
    await device.close();
    expect(changesOf(heard)).toEqual(["open", "lost rx hung up", "gap rx truncated", "open rx"]);
  });

  needs("socat")(
    "that is unplugged before anything was read costs no processor time while it is waited for",
    async () => {
      await using pty = await ptyPair();
      const { arrivals, source, heard } = await capture(pty.near);
      await pty.unplug();
      await hear(arrivals, heard, () => changesOf(heard).length === 3);
      const before = process.cpuUsage();
      await new Promise((resolve) => setTimeout(resolve, 400));
      const { user, system } = process.cpuUsage(before);
      await source.close();
      expect((user + system) / 400_000).toBeLessThan(0.5);
    },
  );

  needs("socat")("that is not waited for ends the recording as lost", async () => {
    await using pty = await ptyPair();
    const { source } = await capture(pty.near, { reconnect: false });
    await pty.unplug();
    expect(await source.ended).toMatchObject({ reason: "link-lost", error: { code: "LINK_LOST" } });
    await source.close();
  });

  needs("socat")("without control lines is recorded all the same, and that is said", async () => {
    await using pty = await ptyPair();
    const { source } = await capture(pty.near, { settings: { ...SERIAL_DEFAULTS, dtr: false } });
    expect(source.notes).toEqual([expect.stringContaining("DTR and RTS cannot be set")]);
    await source.close();
  });

  needs("socat")("that another program holds is refused with that reason", async () => {
    await using pty = await ptyPair();
    const held = await openSerialPort(pty.near, SERIAL_DEFAULTS);
    await expect(capture(pty.near)).rejects.toMatchObject({
      code: "LINK_OPEN_FAILED",
      hint: expect.stringContaining("another program holds it"),
    });
    await held.close();
    await (await capture(pty.near)).source.close();
  });

  test("that does not exist is refused with what is there", async () => {
    await expect(capture("/dev/ttyNONE0")).rejects.toMatchObject({
      code: "LINK_OPEN_FAILED",
      message: "cannot open the serial port /dev/ttyNONE0",
      hint: expect.stringContaining("there is no such port now"),
    });
  });
});

describe("a tap between two serial ports", () => {
  needs("socat")("passes both ways on; rx is the device's side", async () => {
    await using device = await ptyPair();
    await using host = await ptyPair();
    const { arrivals, source, heard } = await capture(device.near, { bridge: host.near });
    const deviceEnd = await openSerialPort(device.far, SERIAL_DEFAULTS);
    const hostEnd = await openSerialPort(host.far, SERIAL_DEFAULTS);
    const question = Buffer.from(Uint8Array.from({ length: 3_000 }, (_, i) => (i * 7) & 0xff));
    const atDevice: Buffer[] = [];
    deviceEnd.stream.on("data", (bytes: Buffer) => {
      atDevice.push(bytes);
      if (Buffer.concat(atDevice).length === question.length) deviceEnd.stream.write("answer");
    });
    hostEnd.stream.write(question);
    const [answer] = await once(hostEnd.stream, "data");
    await hear(arrivals, heard, () => bytesOf(heard, "rx").length === 6);
    await source.close();
    await Promise.all([deviceEnd.close(), hostEnd.close()]);
    heard.push(...everything(arrivals));
    expect(String(answer)).toBe("answer");
    expect(Buffer.concat(atDevice).equals(question)).toBe(true);
    expect(bytesOf(heard, "tx").equals(question)).toBe(true);
    expect(bytesOf(heard, "rx").toString()).toBe("answer");
    expect(heard[0]).toMatchObject({ settings: { role: "tap", bridge: host.near } });
    expect(changesOf(heard)).toEqual(["open", "close stop"]);
  });

  needs("socat")("goes on recording one side while the other is unplugged", async () => {
    await using device = await ptyPair();
    await using host = await ptyPair();
    const { arrivals, source, heard } = await capture(device.near, { bridge: host.near });
    const deviceEnd = await openSerialPort(device.far, SERIAL_DEFAULTS);
    await host.unplug();
    await hear(arrivals, heard, () => changesOf(heard).includes("gap tx truncated"));
    deviceEnd.stream.write("alone");
    await hear(arrivals, heard, () => bytesOf(heard, "rx").length === 5);
    await source.close();
    await deviceEnd.close();
    expect(changesOf(heard)).toEqual(["open", "lost tx hung up", "gap tx truncated"]);
  });
});

describe("serial settings", () => {
  test("are written as people say them", () => {
    expect(parseCharacter("8n1")).toEqual({ dataBits: 8, parity: "none", stopBits: 1 });
    expect(parseCharacter("5O1.5")).toEqual({ dataBits: 5, parity: "odd", stopBits: 1.5 });
    expect(formatSerialSettings({ ...SERIAL_DEFAULTS, rtscts: true })).toBe("9600 8N1 rtscts");
    for (const wrong of ["", "9N1", "8X1", "8N3", "8N1 "]) {
      expect(() => parseCharacter(wrong)).toThrow(expect.objectContaining({ code: "USAGE" }));
    }
  });
});

describe("what a UART's driver counts", () => {
  const rows = [
    "serinfo:1.0 driver revision:",
    "0: uart:16550A port:000003F8 irq:4 tx:12 rx:3400 fe:1 brk:3 oe:4 bo:5 RTS|DTR",
    "1: uart:unknown port:000002F8 irq:3",
    "10: uart:16550A port:000002E8 irq:3 tx:0 rx:0",
  ].join("\n");

  async function proc(): Promise<AsyncDisposable & { folder: string; device(name: string): Promise<string> }> {
    const folder = await mkdtemp(join(tmpdir(), "fieldtape-proc-"));
    await mkdir(join(folder, "driver"));
    await writeFile(join(folder, "drivers"), `serial               ${folder}/ttyS        4 64-95 serial\n`);
    await writeFile(join(folder, "driver", "serial"), rows);
    return {
      folder,
      async device(name) {
        await writeFile(join(folder, name), "");
        return join(folder, name);
      },
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
    };
  }

  test("is read for the port that is meant, also through a link to it", async () => {
    await using fake = await proc();
    const device = await fake.device("ttyS0");
    await symlink(device, join(fake.folder, "meter"));
    expect(await readUartCounts(join(fake.folder, "meter"), fake.folder)).toEqual({
      overrun: 9,
      framing: 1,
      parity: 0,
    });
    expect(await readUartCounts(await fake.device("ttyS10"), fake.folder)).toEqual({
      overrun: 0,
      framing: 0,
      parity: 0,
    });
    expect(await readUartCounts(await fake.device("ttyS1"), fake.folder)).toBeUndefined();
    expect(await readUartCounts(await fake.device("ttyUSB0"), fake.folder)).toBeUndefined();
    expect(await readUartCounts("/nowhere", fake.folder)).toBeUndefined();
  });

  test("what has grown within a second is told once", async () => {
    const clock = new VirtualClock(turn);
    const stopping = new AbortController();
    const readings: UartCounts[] = [
      { overrun: 5, framing: 0, parity: 2 },
      { overrun: 5, framing: 0, parity: 2 },
      { overrun: 12, framing: 0, parity: 3 },
    ];
    const told: unknown[] = [];
    const watching = watchUartCounts(
      async () => readings.shift() ?? { overrun: 12, framing: 0, parity: 3 },
      clock,
      stopping.signal,
      (...grown) => told.push(grown),
    );
    await clock.advance(seconds(5));
    stopping.abort();
    await watching;
    expect(told).toEqual([
      ["overrun", 7],
      ["parity", 1],
    ]);
  });
});
