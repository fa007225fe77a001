import { closeSync, constants, openSync } from "node:fs";
import process from "node:process";
import type { Duplex } from "node:stream";
import { ReadStream } from "node:tty";
import { FieldtapeError } from "../errors.ts";
import type { SerialSettings } from "./serial-settings.ts";

/** A serial port that is open and set. */
export interface SerialPort {
  /** Its bytes, both ways. It ends, or fails, when the port goes away. */
  readonly stream: Duplex;
  /** What could not be set, as a sentence: pseudo-terminals and some adapters have no control lines. */
  readonly note: string | undefined;
  close(): Promise<void>;
}

/**
 * Opens and sets a serial port. Bytes that came before are discarded (they came under unknown settings).
 *
 * `serialport` opens, locks and sets the port. On Unix its own reader is left aside: after a hang-up it reads zero bytes
 * for ever, at full CPU and without a word. Node's terminal stream reads and writes the same device without threads or
 * polling, and tells a hang-up as the end.
 *
 * @throws FieldtapeError LINK_OPEN_FAILED
 */
export async function openSerialPort(path: string, settings: SerialSettings): Promise<SerialPort> {
  if (process.platform === "win32") return openOnWindows(path, settings);
  const { parity, stopBits } = settings;
  if (parity === "mark" || parity === "space") return refuse(path, new Error(`parity ${parity} needs Windows`));
  if (stopBits === 1.5) return refuse(path, new Error("1.5 stop bits need Windows"));
  const { SerialPort: library } = await import("serialport");
  const options = { ...libraryOptions(path, settings), parity, stopBits };
  const port = await library.binding.open(options).catch((cause: unknown) => refuse(path, cause));
  try {
    const note = await setLines(settings, (lines) => port.set(lines));
    const stream = openStream(path);
    return {
      stream: stream.stream,
      note,
      async close() {
        stream.close();
        if (port.isOpen) await port.close();
      },
    };
  } catch (cause) {
    await port.close();
    return refuse(path, cause);
  }
}

const STREAM_OPTIONS = { readable: true, writable: true, highWaterMark: 64 * 1024 };

/** A second descriptor of the device: the library's own keeps the lock and the control lines. */
function openStream(path: string): { stream: Duplex; close(): void } {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  try {
    const stream = new ReadStream(descriptor, STREAM_OPTIONS);
    let open = true;
    return {
      stream,
      close() {
        stream.destroy();
        if (open) closeSync(descriptor);
        open = false;
      },
    };
  } catch (cause) {
    closeSync(descriptor);
    throw cause;
  }
}

async function openOnWindows(path: string, settings: SerialSettings): Promise<SerialPort> {
  const { SerialPort: Library } = await import("serialport");
  const stream = new Library({ ...libraryOptions(path, settings), autoOpen: false });
  try {
    await new Promise<void>((resolve, reject) => stream.open((error) => (error ? reject(error) : resolve())));
  } catch (cause) {
    return refuse(path, cause);
  }
  const note = await setLines(
    settings,
    (lines) => new Promise((resolve, reject) => stream.set(lines, (error) => (error ? reject(error) : resolve()))),
  );
  return {
    stream,
    note,
    close: () => new Promise((resolve) => (stream.isOpen ? stream.close(() => resolve()) : resolve())),
  };
}

function libraryOptions(path: string, settings: SerialSettings) {
  const { baud: baudRate, dataBits, parity, stopBits, rtscts, xon, xoff, xany, hupcl, lock } = settings;
  return { path, baudRate, dataBits, parity, stopBits, rtscts, xon, xoff, xany, hupcl, lock };
}

type Lines = { readonly dtr: boolean; readonly rts: boolean };

async function setLines(settings: SerialSettings, set: (lines: Lines) => Promise<void>): Promise<string | undefined> {
  if (settings.dtr === undefined && settings.rts === undefined) return undefined;
  try {
    await set({ dtr: settings.dtr ?? true, rts: settings.rts ?? true });
    return undefined;
  } catch {
    return "the control lines DTR and RTS cannot be set on this port";
  }
}

/** Loads the native part, and throws what the system says when it does not fit this machine. */
export async function loadSerialLibrary(): Promise<void> {
  await import("serialport");
}

/** The library tells errors as sentences only. */
async function refuse(path: string, cause: unknown): Promise<never> {
  const said = cause instanceof Error ? cause.message : String(cause);
  throw new FieldtapeError("LINK_OPEN_FAILED", `cannot open the serial port ${path}`, {
    cause,
    hint: await hintFor(said),
  });
}

async function hintFor(said: string): Promise<string> {
  if (/lock port|busy|in use/i.test(said)) return "another program holds it: close that one, or use --no-lock";
  if (/permission|access denied|EACCES/i.test(said))
    return 'you may not use it: join its group ("dialout" on most systems), or ask who may';
  if (/no such|not found|ENOENT|ENXIO|cannot find/i.test(said))
    return `there is no such port now; ${await portsHere()}`;
  if (/inappropriate ioctl|not a (tty|typewriter)/i.test(said)) return "it is no serial port";
  if (/baud|stop bits|data bits|parity/i.test(said)) return "this port cannot be set so: try other settings";
  return `${await portsHere()}`;
}

/** Asking for the list fails where the system cannot tell (no udevadm): then nothing is said. */
async function portsHere(): Promise<string> {
  try {
    const { SerialPort: library } = await import("serialport");
    const ports = await library.list();
    if (ports.length > 0)
      return `the ports here are ${ports
        .slice(0, 8)
        .map(({ path }) => path)
        .join(", ")}`;
    return "no serial port was found here";
  } catch {
    return "is it plugged in?";
  }
}
