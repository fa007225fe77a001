import { constants, openSync } from "node:fs";
import { stat } from "node:fs/promises";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { FieldtapeError } from "../errors.ts";
import type { Arrivals } from "../link/arrivals.ts";
import { openUnixListener } from "../link/unix-listener.ts";
import type { Clock } from "../time/clock.ts";
import type { EventLine } from "./application-events.ts";
import { EventLines } from "./event-lines.ts";
import { FollowedFile } from "./followed-file.ts";

/** Where the application's own events come from. */
export interface EventSource {
  readonly description: string;
  /** Reads what is there by now, and no more. */
  close(): Promise<void>;
}

export interface EventSourceOptions {
  readonly clock: Clock;
  readonly standardInput: Readable;
}

const WRITERS_MAX = 64;

/**
 * Puts an application's events on the tape, a line each, stamped when they are read: `-` is standard input, `unix:PATH` a local socket that
 * any number of programs may write to, a named pipe is read, and any other file is followed as it grows, from its end if it is there
 * already. A file waits for the tape; a program that writes is never held up: what finds no room is lost and counted.
 *
 * @throws FieldtapeError LINK_OPEN_FAILED, INPUT_UNREADABLE
 */
export async function openEvents(
  target: string,
  arrivals: Arrivals,
  options: EventSourceOptions,
): Promise<EventSource> {
  if (target === "-") return streamSource("events from standard input", options.standardInput, arrivals);
  if (target.startsWith("unix:")) return socketSource(target.slice("unix:".length), arrivals);
  const kind = await stat(target).catch(() => undefined);
  if (kind?.isDirectory()) throw unreadable(target, new Error("it is a folder"));
  if (kind?.isFIFO()) return pipeSource(target, arrivals);
  return fileSource(target, arrivals, options.clock);
}

/** Lines as arrivals. An event of a channel that the tape does not have is kept, as a fault. */
function linesInto(arrivals: Arrivals): EventLines {
  return new EventLines((event, size) => tell(arrivals, event, size));
}

function tell(arrivals: Arrivals, event: EventLine, size: number): void {
  if (event.type === "mark") arrivals.mark(event.label);
  else if (event.channel === undefined || event.channel < arrivals.channelCount) arrivals.event(event, size);
  else {
    const { machine, channel, value } = event;
    const fault = { type: "fault", fault: "unknown-channel", machine, channel, value };
    arrivals.event({ type: "output", machine: "application", value: fault }, size);
  }
}

function streamSource(description: string, stream: Readable, arrivals: Arrivals): EventSource {
  const lines = linesInto(arrivals);
  stream.on("data", (bytes: Uint8Array) => lines.take(bytes));
  stream.once("end", () => lines.end());
  stream.on("error", () => stream.destroy());
  return {
    description,
    async close() {
      stream.pause();
      lines.end();
      stream.destroy();
    },
  };
}

async function socketSource(path: string, arrivals: Arrivals): Promise<EventSource> {
  const listener = await openUnixListener(path, {
    connectionsMax: WRITERS_MAX,
    accept(socket) {
      const lines = linesInto(arrivals);
      socket.on("data", (bytes) => lines.take(bytes));
      socket.once("close", () => lines.end());
    },
  });
  return { description: `events on the socket ${path}`, close: () => listener.close() };
}

/** A named pipe is opened for writing as well, so that it does not end whenever a writer goes. */
function pipeSource(path: string, arrivals: Arrivals): EventSource {
  try {
    const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const socket = new Socket({ fd: descriptor, readable: true, writable: false });
    return streamSource(`events from the pipe ${path}`, socket, arrivals);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function fileSource(path: string, arrivals: Arrivals, clock: Clock): Promise<EventSource> {
  const lines = linesInto(arrivals);
  try {
    const file = await FollowedFile.open({
      path,
      clock,
      bytes: (bytes) => lines.take(bytes),
      broke: () => lines.end(),
      mayRead: () => !arrivals.crowded,
    });
    return {
      description: `events from ${path} as it grows`,
      async close() {
        await file.close();
        lines.end();
      },
    };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): FieldtapeError {
  return new FieldtapeError("INPUT_UNREADABLE", "cannot read the events", { file: path, cause });
}
