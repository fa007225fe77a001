import { Buffer } from "node:buffer";
import { once } from "node:events";
import { chmod, lstat, unlink } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { FieldtapeError, systemCode } from "../errors.ts";

/** A local socket that only its owner may use. */
export interface UnixListener {
  readonly path: string;
  /** Accepts no more, ends every connection once it has read what was written (or does not read), and takes the socket's file away. Twice is once. */
  close(): Promise<void>;
}

export interface UnixListenerOptions {
  /** Connections at a time; more are closed at once. */
  readonly connectionsMax: number;
  accept(socket: Socket): void;
}

/** How long a connection that is being closed may take to read what was written, in ms. */
const FINISH_MAX = 500;
/** Longer paths are cut off by some systems without a word (sockaddr_un). */
const PATH_LENGTH_MAX = 103;

/**
 * Listens on a local socket with mode 0600. A socket file that nobody listens on any more (its program was killed) is
 * replaced; anything else in its place is left alone.
 *
 * @throws FieldtapeError LINK_OPEN_FAILED
 */
export async function openUnixListener(path: string, options: UnixListenerOptions): Promise<UnixListener> {
  if (Buffer.byteLength(path) > PATH_LENGTH_MAX)
    throw openFailed(path, undefined, "the path is too long for a socket: use a shorter one");
  await removeStale(path);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    options.accept(socket);
  });
  server.maxConnections = options.connectionsMax;
  try {
    server.listen({ path, readableAll: false, writableAll: false });
    await once(server, "listening");
    await chmod(path, 0o600);
  } catch (cause) {
    server.close();
    throw openFailed(path, cause, "is its folder there, and may you write in it?");
  }
  let closing: Promise<unknown> | undefined;
  return {
    path,
    async close() {
      closing ??= closeServer(server, sockets);
      await closing;
    },
  };
}

function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<unknown> {
  const closed = once(server, "close");
  server.close();
  for (const socket of sockets) {
    socket.setTimeout(FINISH_MAX, () => socket.destroy());
    socket.destroySoon();
  }
  return closed;
}

async function removeStale(path: string): Promise<void> {
  let found: Awaited<ReturnType<typeof lstat>>;
  try {
    found = await lstat(path);
  } catch {
    return;
  }
  if (!found.isSocket()) throw openFailed(path, undefined, "something that is no socket has that name");
  if (await answers(path)) throw openFailed(path, undefined, "another program listens there");
  await unlink(path);
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch (cause) {
    return systemCode(cause) !== "ECONNREFUSED" && systemCode(cause) !== "ENOENT";
  } finally {
    socket.destroy();
  }
}

function openFailed(path: string, cause: unknown, hint: string): FieldtapeError {
  return new FieldtapeError("LINK_OPEN_FAILED", `cannot listen on the socket ${path}`, { cause, hint });
}
