import { isIPv6 } from "node:net";
import { FieldtapeError } from "../errors.ts";

/** One end of a TCP connection: a name or a numeric address, and a port. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

const HINT = 'write it like "192.168.1.10:502", "plc.local:502", "[fe80::1]:502", ":1502" or "1502"';
const HOST_LENGTH_MAX = 253;

/**
 * The address that a person wrote: `HOST:PORT`, `[IPv6]:PORT`, `:PORT` or `PORT`, with or without a leading `tcp:`. Without a
 * host it is `hostDefault`, which must be given where that is allowed; `*` as host (to listen) means every interface. Port 0, which lets the
 * system choose one, only makes sense for listening.
 *
 * @throws FieldtapeError USAGE
 */
export function parseTcpAddress(text: string, hostDefault?: string): TcpAddress {
  const rest = text.startsWith("tcp:") ? text.slice(4) : text;
  const match = /^(?:\[([^\]]*)\]:|([^:[\]]*):)?([0-9]{1,5})$/.exec(rest);
  if (match === null) throw refused(text, isIPv6(rest) ? "puts no brackets around an IPv6 address" : "is no address");
  const [, bracketed, plain, digits] = match;
  const port = Number(digits);
  if (port > 65_535) throw refused(text, "has a port above 65535");
  if (bracketed !== undefined && !isIPv6(bracketed)) throw refused(text, "has no IPv6 address in its brackets");
  const host = bracketed ?? (plain === "" ? undefined : plain) ?? hostDefault;
  if (host === undefined) throw refused(text, "has no host");
  if (host.length > HOST_LENGTH_MAX || /[\s/]/.test(host)) throw refused(text, "has no valid host");
  return { host, port };
}

/** `192.168.1.10:502`, `[fe80::1]:502`. An IPv4 address that the system mapped into IPv6 is shown as what it is. */
export function formatTcpAddress({ host, port }: TcpAddress): string {
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1] ?? host;
  return plain.includes(":") ? `[${plain}]:${port}` : `${plain}:${port}`;
}

function refused(text: string, why: string): FieldtapeError {
  return new FieldtapeError("USAGE", `${JSON.stringify(text)} ${why}`, { hint: HINT });
}
