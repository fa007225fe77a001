import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { FieldtapeError } from "../errors.ts";
import { JsonLines } from "../link/json-lines.ts";
import { type ControlCommand, type ControlStatus, parseMessage } from "./schema.ts";

/** A status with everything that it may hold is far below this. */
const MESSAGE_MAX = 4 * 1024 * 1024;

/** Watches and steers a recording of another process. */
export interface RecorderClient extends AsyncDisposable {
  /** The newest snapshot each time that there is one; ends with the recording. What is not taken in time is passed over. */
  readonly statuses: AsyncIterable<ControlStatus>;
  mark(label: string): void;
  rotate(): void;
  stop(): void;
}

/** @throws FieldtapeError LINK_OPEN_FAILED when no recorder listens there */
export async function connectControl(path: string): Promise<RecorderClient> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
  } catch (cause) {
    throw new FieldtapeError("LINK_OPEN_FAILED", `no recorder listens on ${path}`, {
      cause,
      hint: "is it still running?",
    });
  }
  const ask = (command: ControlCommand): void => {
    if (socket.writable) socket.write(`${JSON.stringify(command)}\n`);
  };
  return {
    statuses: statusesOf(socket),
    mark: (label) => ask({ command: "mark", label }),
    rotate: () => ask({ command: "rotate" }),
    stop: () => ask({ command: "stop" }),
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}

/** Keeps one unread status; the tails of those passed over are joined, so that no read is missed in a live view. */
async function* statusesOf(socket: Socket): AsyncGenerator<ControlStatus, void, undefined> {
  let newest: ControlStatus | undefined;
  let over = false;
  let wake: () => void = () => {};
  const lines = new JsonLines(MESSAGE_MAX, (value) => {
    const message = parseMessage(value);
    if (message?.type !== "status") return;
    newest = { ...message, tail: [...(newest?.tail ?? []), ...message.tail].slice(-TAIL_MAX) };
    wake();
  });
  socket.on("data", (bytes) => lines.take(bytes));
  socket.on("error", () => socket.destroy());
  socket.once("close", () => {
    over = true;
    wake();
  });
  for (;;) {
    if (newest !== undefined) {
      const status = newest;
      newest = undefined;
      yield status;
    } else if (over) return;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}

const TAIL_MAX = 256;
