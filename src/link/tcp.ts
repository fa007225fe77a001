import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { LinkChange } from "../bytes/channel.ts";
import { FieldtapeError, systemCode } from "../errors.ts";
import { millis, NANOS_PER_MILLI, type Nanos, seconds } from "../time/nanos.ts";
import { formatTcpAddress, type TcpAddress } from "./address.ts";

/** How TCP connections are made and kept. */
export interface TcpOptions {
  /** Send at once rather than gather (no Nagle). */
  readonly noDelay: boolean;
  /** Idle time after which TCP asks whether the other end still lives; 0: never. */
  readonly keepAlive: Nanos;
  /** 0: for as long as the system tries. */
  readonly connectTimeout: Nanos;
  /** Most connections at a time; more are refused. */
  readonly connectionsMax: number;
}

export const TCP_DEFAULTS: TcpOptions = {
  noDelay: true,
  keepAlive: seconds(60),
  connectTimeout: seconds(10),
  connectionsMax: 1_024,
};

/** What a link that is being closed may still take to send what was written. */
const FINISH_MAX = millis(500);

/**
 * A socket on its way to `address`. Each end may close its half alone. An attempt that takes longer than `connectTimeout`
 * ends in an `error` with code ETIMEDOUT.
 */
export function startConnecting(address: TcpAddress, options: TcpOptions): Socket {
  const socket = connect({ host: address.host, port: address.port, allowHalfOpen: true });
  if (options.connectTimeout > 0) {
    const message = `connect ETIMEDOUT ${formatTcpAddress(address)}`;
    const error = Object.assign(new Error(message), { code: "ETIMEDOUT" });
    socket.setTimeout(Math.ceil(options.connectTimeout / NANOS_PER_MILLI), () => socket.destroy(error));
  }
  socket.once("connect", () => {
    socket.setTimeout(0);
    socket.removeAllListeners("timeout");
    tune(socket, options);
  });
  return socket;
}

/** @throws FieldtapeError LINK_OPEN_FAILED when nobody answers there; the signal's reason when it aborts first. */
export async function connectTcp(address: TcpAddress, options: TcpOptions, signal: AbortSignal): Promise<Socket> {
  const socket = startConnecting(address, options);
  try {
    await once(socket, "connect", { signal });
    return socket;
  } catch (cause) {
    socket.destroy();
    signal.throwIfAborted();
    throw openFailed(`cannot connect to ${formatTcpAddress(address)}`, cause);
  }
}

export function tune(socket: Socket, options: TcpOptions): void {
  if (options.noDelay) socket.setNoDelay(true);
  if (options.keepAlive > 0) socket.setKeepAlive(true, options.keepAlive / NANOS_PER_MILLI);
}

const RESETS: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "ECONNREFUSED"]);

/** What an error of a socket means for its link: an end has ended it, or nobody knows where that end is. */
export function changeOf(error: Error): Extract<LinkChange, "reset" | "lost"> {
  return RESETS.has(systemCode(error) ?? "") ? "reset" : "lost";
}

/** The system's name for what happened: `ECONNRESET`. */
export function reasonOf(error: Error): string {
  return systemCode(error) ?? error.message;
}

/** Closes both halves in order once what was written has gone out. */
export async function finish(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  const closed = once(socket, "close");
  if (socket.connecting) socket.destroy();
  else {
    socket.setTimeout(FINISH_MAX / NANOS_PER_MILLI, () => socket.destroy());
    socket.end(() => socket.destroy());
  }
  await closed;
}

/** Passes a reset on: what the other end had sent before it still goes out first. */
export function resetWhenWritten(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.connecting || socket.writableLength === 0 || socket.writableEnded) {
    socket.resetAndDestroy();
    return;
  }
  socket.setTimeout(FINISH_MAX / NANOS_PER_MILLI, () => socket.resetAndDestroy());
  socket.write("", () => socket.resetAndDestroy());
}

export function openFailed(message: string, cause: unknown): FieldtapeError {
  const hint = HINTS[systemCode(cause) ?? ""];
  return new FieldtapeError("LINK_OPEN_FAILED", message, { cause, ...(hint === undefined ? {} : { hint }) });
}

const HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program listens there: stop it, or choose another port",
  EACCES: "ports below 1024 need permission: choose one above, or run with the right to open it",
  EADDRNOTAVAIL: "that address is not one of this machine's: try 127.0.0.1 or *",
  ECONNREFUSED: "nothing listens there: is the device on, and is the port right?",
  ENOTFOUND: "that name is not known here: check it, or use the numeric address",
  EAI_AGAIN: "that name could not be looked up: check the network, or use the numeric address",
  ETIMEDOUT: "nobody answered: check the address, the cable and the firewall",
  EHOSTUNREACH: "there is no way to that host from here: check the network",
  ENETUNREACH: "there is no way to that network from here: check the network",
};
