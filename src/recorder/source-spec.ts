import { basename } from "node:path";
import type { Dir } from "../bytes/channel.ts";
import { FieldtapeError } from "../errors.ts";
import { formatTcpAddress, parseTcpAddress, type TcpAddress } from "../link/address.ts";
import { BAUD_MAX, parseCharacter, SERIAL_DEFAULTS, type SerialSettings } from "../link/serial-settings.ts";

/** What is to be recorded. `name`: of the channel; absent: made from the address. */
export type SourceSpec = { readonly name?: string } & (
  | { readonly type: "tcp-tap"; readonly listen: TcpAddress; readonly to: TcpAddress }
  | { readonly type: "tcp-client"; readonly to: TcpAddress }
  | { readonly type: "tcp-server"; readonly listen: TcpAddress }
  | { readonly type: "serial"; readonly path: string; readonly bridge?: string; readonly settings: SerialSettings }
  | { readonly type: "stdin"; readonly dir: Dir }
);

export const LISTEN_HOST = "127.0.0.1";

const HINT =
  "write it like tcp:192.168.1.10:502, tcp-listen:*:5000, tcp-tap:1502,192.168.1.10:502, serial:/dev/ttyUSB0,9600,8N1 or stdin, " +
  "with a name in front if you like: meter=serial:/dev/ttyUSB0";

/**
 * A source as `--also` and the configuration have it:
 *
 * `tcp:HOST:PORT` a client · `tcp-listen:[HOST:]PORT` a server · `tcp-tap:[HOST:]PORT,HOST:PORT` a tap, the device second ·
 * `serial:PATH[,BAUD][,8N1][,rtscts][,xon][,xoff][,xany][,bridge=PATH]` · `stdin`; each with `NAME=` in front for its channel.
 *
 * @throws FieldtapeError USAGE
 */
export function parseSource(text: string): SourceSpec {
  const match = /^(?:([\w.#-]{1,100})=)?(tcp-tap|tcp-listen|tcp|serial|stdin)(?::(.*))?$/s.exec(text);
  const [, name, type, rest = ""] = match ?? [];
  const named = name === undefined ? {} : { name };
  switch (type) {
    case "tcp":
      return { ...named, type: "tcp-client", to: parseTcpAddress(rest) };
    case "tcp-listen":
      return { ...named, type: "tcp-server", listen: parseTcpAddress(rest, LISTEN_HOST) };
    case "tcp-tap": {
      const [listen = "", to = "", ...more] = rest.split(",");
      if (more.length > 0) throw refused(text);
      return { ...named, type: "tcp-tap", listen: parseTcpAddress(listen, LISTEN_HOST), to: parseTcpAddress(to) };
    }
    case "serial":
      return { ...named, ...parseSerial(rest, text) };
    case "stdin":
      if (rest !== "") throw refused(text);
      return { ...named, type: "stdin", dir: "rx" };
    default:
      throw refused(text);
  }
}

/** Where its bytes come from, in short: for the names of channels and files. */
export function sourceName(spec: SourceSpec): string {
  switch (spec.type) {
    case "tcp-tap":
    case "tcp-client":
      return formatTcpAddress(spec.to);
    case "tcp-server":
      return formatTcpAddress(spec.listen);
    case "serial":
      return basename(spec.path);
    case "stdin":
      return "stdin";
  }
}

function parseSerial(rest: string, text: string): SourceSpec {
  const [path = "", ...words] = rest.split(",");
  if (path === "") throw refused(text);
  let settings = SERIAL_DEFAULTS;
  let bridge: string | undefined;
  for (const word of words) {
    if (word.startsWith("bridge=")) bridge = word.slice("bridge=".length);
    else if (/^[0-9]{2,8}$/.test(word)) settings = { ...settings, baud: baudOf(word) };
    else if (isFlag(word)) settings = { ...settings, [word]: true };
    else settings = { ...settings, ...parseCharacter(word) };
  }
  return { type: "serial", path, settings, ...(bridge === undefined ? {} : { bridge }) };
}

function baudOf(word: string): number {
  const baud = Number(word);
  if (baud > BAUD_MAX) throw new FieldtapeError("USAGE", `${word} baud is more than any port can do`);
  return baud;
}

const isFlag = (word: string): word is "rtscts" | "xon" | "xoff" | "xany" =>
  word === "rtscts" || word === "xon" || word === "xoff" || word === "xany";

function refused(text: string): FieldtapeError {
  return new FieldtapeError("USAGE", `${JSON.stringify(text)} is no source`, { hint: HINT });
}
