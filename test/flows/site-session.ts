import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { openSerialPort } from "../../src/link/serial.ts";
import { SERIAL_DEFAULTS } from "../../src/link/serial-settings.ts";
import { framed, LENGTH_PREFIXED, sentence } from "../bundle/redaction/frames.ts";
import { device, dial, readAll } from "../link/loopback.ts";
import { ptyPair } from "../link/pty-pair.ts";
import { type RunOptions, startFieldtape } from "./command-line.ts";

/** What a site's wire carries that nobody elsewhere may know. */
export interface SiteSecrets {
  /** In good frames, and known to be secret. */
  readonly wire: string;
  /** In frames that failed and in no frame, where only its looks tell it. */
  readonly console: string;
  /** In the name of the channel, the header, and the application's own events. */
  readonly name: string;
}

/** A session at a site that goes wrong, and the subject that it is for. */
export interface SiteSession {
  readonly subject: string;
  readonly options?: unknown;
  /** Records it with the built program, from a real wire, onto `site.tape.jsonl`. */
  record(secrets: SiteSecrets, options: RunOptions & { readonly cwd: string }): Promise<void>;
}

/** A question on a wire and what the device says to it. */
type Turn = readonly [question: Buffer, answer: Buffer];

const request = (transaction: number, ...body: number[]): Buffer =>
  Buffer.from([0, transaction, 0, 0, 0, body.length, ...body]);

function modbusTurns({ wire, console }: SiteSecrets): readonly Turn[] {
  const words = Buffer.from(wire.padEnd(wire.length + (wire.length % 2)));
  const write = request(2, 1, 16, 0, 0, 0, words.length / 2, words.length, ...words);
  const readings = request(1, 1, 3, 4, 0x12, 0x34, 0, 22);
  return [
    [request(1, 1, 3, 0, 9, 0, 2), readings],
    [write, request(2, 1, 16, 0, 0, 0, words.length / 2)],
    // A gateway that says something of its own on the wire, and a reply that is cut off.
    [
      request(3, 1, 3, 0, 9, 0, 2),
      Buffer.concat([Buffer.from(`password=${console}\r\n`), readings.subarray(0, 8), readings]),
    ],
    [request(4, 1, 3, 0, 9, 0, 2), request(4, 1, 3, 4, 0x12, 0x35, 0, 23)],
  ];
}

function meterTurns({ wire, console }: SiteSecrets): readonly Turn[] {
  const spoilt = framed(Buffer.from(`token=${console} x`));
  spoilt[3] = 0x54;
  const ask = (register: number): Buffer => framed(Buffer.from([register]));
  return [
    [ask(1), framed(Buffer.from(`id ${wire}`))],
    [ask(2), Buffer.concat([spoilt, Buffer.from("00ff", "hex")])],
    [ask(3), framed(Buffer.from([0x81, 9, 6, 0x14]))],
  ];
}

/** Through a tap between somebody who asks and a device that answers. */
function tapped(session: Omit<SiteSession, "record">, turnsOf: (secrets: SiteSecrets) => readonly Turn[]): SiteSession {
  return {
    ...session,
    async record(secrets, options) {
      const turns = turnsOf(secrets);
      const { server, address } = await device(async (socket) => {
        for (const [, answer] of turns) {
          await once(socket, "data");
          socket.write(answer);
        }
        socket.end();
      });
      const wire = ["tcp", "--listen", "0", "--to", `127.0.0.1:${address.port}`];
      const running = startFieldtape(recording(wire, session, secrets), options);
      const said = await running.stderrMatches(/only you can read it/);
      const client = await dial({ host: "127.0.0.1", port: Number(/127\.0\.0\.1:(\d+) -> /.exec(said)?.[1]) });
      for (const [question, answer] of turns) {
        client.write(question);
        for (let left = answer.length; left > 0; ) {
          const [chunk] = (await once(client, "data")) as [Buffer];
          left -= chunk.length;
        }
      }
      client.end();
      await readAll(client);
      running.child.kill("SIGINT");
      expect((await running.finished).code).toBe(0);
      server.close();
    },
  };
}

/** From a receiver on a serial line. */
const nmea: SiteSession = {
  subject: "nmea",
  async record(secrets, options) {
    await using pty = await ptyPair();
    const running = startFieldtape(recording(["serial", pty.near], nmea, secrets), options);
    await running.stderrMatches(/only you can read it/);
    const receiver = await openSerialPort(pty.far, SERIAL_DEFAULTS);
    const position = "GPGLL,4916.45,N,12311.12,W,225444,A";
    for (const bytes of [
      sentence(position),
      sentence(`PSITE,${secrets.wire},password=${secrets.console}`),
      sentence(`PSITE,password=${secrets.console}`).replace("PSITE", "PSITF"),
      `login password=${secrets.console}\r\n`,
      sentence(position.replace("225444", "225445")),
    ]) {
      receiver.stream.write(bytes.slice(0, 20));
      receiver.stream.write(bytes.slice(20));
    }
    const tape = join(options.cwd, "site.tape.jsonl");
    while (!/225445,A\*/.test(readFileSync(tape, "utf8"))) await new Promise((resolve) => setTimeout(resolve, 5));
    running.child.kill("SIGINT");
    expect((await running.finished).code).toBe(0);
    await receiver.close();
  },
};

/** By the name of what speaks on the wire. */
export const SITE_SESSIONS: Readonly<Record<string, SiteSession>> = {
  "Modbus through a tap": tapped({ subject: "modbus-session" }, modbusTurns),
  "a meter through a tap": tapped({ subject: LENGTH_PREFIXED.name, options: LENGTH_PREFIXED.options }, meterTurns),
  "NMEA from a serial port": nmea,
};

function recording(wire: readonly string[], session: Omit<SiteSession, "record">, { name }: SiteSecrets): string[] {
  const decoding = ["--decode", session.subject];
  if (session.options !== undefined) decoding.push("--options", JSON.stringify(session.options));
  const named = ["--name", name, "--meta", `site=${name}`, "--events", "events.log"];
  return ["record", ...wire, ...decoding, ...named, "-o", "site.tape.jsonl"];
}
