// Recordings of everything that is not Modbus: simulated devices and noise on real ports.

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { connect, createServer } from "node:net";
import { pause, record, serialPair, simulate } from "./recording.mjs";

export async function nmea() {
  const pair = await serialPair("receiver");
  let device;
  await record("nmea/receiver", ["serial", pair.ends[1], "--baud", "4800"], async () => {
    device = await simulate("nmea-receiver", "--port", pair.ends[0], "--interval", "100", "--count", "23");
    await pause(2600);
  });
  await device.stop();
  pair.close();
}

/** The receiver's line with a bad contact: noise between, wrong and missing checksums, a sentence cut off by the plug. */
export async function nmeaNoise() {
  const pair = await serialPair("noise");
  await record("nmea/bad-contact", ["serial", pair.ends[1], "--baud", "4800"], async () => {
    const port = createWriteStream(pair.ends[0]);
    const pieces = [
      "$GPRMC,120000.00,A,5407.1000,N,01205.2000,E,5.2,45.0,201126,,,A*72\r\n",
      "# a comment that the logger wrote\r\n",
      "$GPGGA,120001.00,5407.1037,N,01205.2053,E,1,08,0.9,3.1,M,41.2,M,,*00\r\n",
      Buffer.from([0x80, 0xff, 0x00, 0x13, 0x37]),
      "$GPZDA,120002.00,20,11,2026,00,00\r\n",
      "\\s:bow,c:1763640000*5D\\!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\r\n",
      "$GPGLL,5407.1000,N,012$GPVTG,45.0,T,,M,5.2,N,9.6,K,A*0A\r\n",
      `$GPTXT,${"x".repeat(1100)}*00\r\n`,
      "$GPRMC,120003.00,A,5407.1",
    ];
    for (const piece of pieces) {
      port.write(piece);
      await pause(60);
    }
    port.end();
    pair.close();
    await pause(300);
  });
}

export async function meter() {
  const device = await simulate("meter", "--listen", "127.0.0.1:15510");
  await record("length-prefixed/meter", ["tcp", "--listen", "127.0.0.1:15511", "--to", "127.0.0.1:15510"], async () => {
    const socket = connect(15511, "127.0.0.1").resume();
    const frames = [
      "aa55010281e1",
      "aa550101c1e0",
      "aa550101c1",
      "e0",
      "aa550101ffff",
      "00ff",
      "aa550109c026",
      "aa5500",
      "aa550101",
    ];
    for (const frame of frames) {
      socket.write(Buffer.from(frame, "hex"));
      await pause(80);
    }
    socket.end();
    await once(socket, "close");
  });
  await device.stop();
}

export async function slip() {
  const device = await simulate("slip-node", "--listen", "127.0.0.1:15512", "--interval", "40", "--count", "25");
  await record("slip/sensor", ["tcp", "--to", "127.0.0.1:15512"], () => pause(1300));
  await device.stop();
}

/** The COBS node calls in; its line has a broken frame, one that is too long, and ends in the middle. */
export async function cobs() {
  const device = await simulate("cobs-node", "--listen", "127.0.0.1:15513", "--interval", "30", "--count", "12");
  await record("cobs/sensor-calls-in", ["tcp", "--listen", "127.0.0.1:15514"], async () => {
    const node = connect(15513, "127.0.0.1");
    const call = connect(15514, "127.0.0.1");
    for await (const bytes of node.on("error", () => {})) {
      call.write(bytes);
      if (bytes.length === 0) break;
      if (node.bytesRead >= 12 * 8) break;
    }
    await pause(40);
    call.write(Buffer.from([0x09, 0x11, 0x22, 0x00])); // says eight bytes follow, and two do
    await pause(40);
    call.write(Buffer.concat([Buffer.from([0xff]), Buffer.alloc(400, 0x41), Buffer.from([0x00])]));
    await pause(40);
    call.end(Buffer.from([0x04, 0x01, 0x02]));
    await pause(100);
  });
  await device.stop();
}

/** A program's log on standard input, and its own events beside it. */
export async function log() {
  await record(
    "lines/log-with-events",
    ["stdin", "--events", "unix:/tmp/fieldtape-corpora-events"],
    async ({ child }) => {
      const events = connect("/tmp/fieldtape-corpora-events");
      await once(events, "connect");
      const lines = [
        "boot 1.4.2\n",
        "temperature 21.5\r\nhumidity ",
        "40 %\n",
        Buffer.from([0x66, 0xff, 0xfe, 0x0a]),
        `${"long ".repeat(60)}\n`,
        "no line end",
      ];
      for (const [n, line] of lines.entries()) {
        child.stdin.write(line);
        await pause(40);
        events.write(`${JSON.stringify({ event: "step", n })}\n`);
        await pause(40);
      }
      events.end("the operator says: it beeps\n");
      await pause(80);
      child.stdin.end();
      await pause(200);
    },
  );
}

/** A program's log on which an operator notes what he does. */
export async function markedLog() {
  const path = "/tmp/fieldtape-corpora-marks";
  await record("lines/operator-notes", ["stdin", "--events", `unix:${path}`], async ({ child }) => {
    const events = connect(path);
    await once(events, "connect");
    for (const [line, label] of [
      ["pressure 1.02\n", "valve opened"],
      ["pressure 1.31\npressure 1.", undefined],
      ["44\n", "valve closed"],
      ["pressure 1.43\n", undefined],
      ["pressure 1.40\n", undefined],
    ]) {
      child.stdin.write(line);
      await pause(60);
      if (label !== undefined) events.write(`${JSON.stringify({ type: "mark", label })}\n`);
      await pause(60);
    }
    events.end();
    child.stdin.end();
    await pause(200);
  });
}

/** A receiver that is unplugged and plugged in again. */
export async function unplugged() {
  let pair = await serialPair("plug");
  const path = pair.ends[1];
  await record("nmea/unplugged", ["serial", path, "--baud", "4800"], async () => {
    const say = async (text) => {
      const port = createWriteStream(pair.ends[0]);
      port.end(text);
      await once(port, "close").catch(() => {});
      await pause(150);
    };
    await say("$GPGLL,5407.1000,N,01205.2000,E,120000.00,A,A*67\r\n$GPGLL,5407.10");
    pair.close();
    await pause(600);
    pair = await serialPair("plug");
    await pause(1500);
    await say("00,N,01205.2000,E\r\n$GPGLL,5407.1001,N,01205.2001,E,120002.00,A,A*65\r\n");
  });
  pair.close();
}

/** A text instrument on a serial line: asked, it answers; the third question is lost, and once it is busy. */
export async function instrument() {
  const answers = ["21.5", "21.6", undefined, "21.7", "BUSY", "21.9"];
  const server = createServer((socket) => {
    let asked = 0;
    socket.on("data", (bytes) => {
      for (const line of bytes
        .toString()
        .split("\n")
        .filter((text) => text !== "")) {
        if (line === "*IDN?") socket.write("fieldtape,instrument,1\n");
        else if (answers[asked++] !== undefined) socket.write(`${answers[asked - 1]}\n`);
      }
    });
  }).listen(15517, "127.0.0.1");
  await once(server, "listening");
  await record(
    "request-reply/instrument",
    ["tcp", "--listen", "127.0.0.1:15518", "--to", "127.0.0.1:15517"],
    async () => {
      const socket = connect(15518, "127.0.0.1").resume();
      for (const question of ["*IDN?", "TEMP?", "TEMP?", "TEMP?", "TEMP?", "TEMP?", "TEMP?"]) {
        socket.write(`${question}\n`);
        await pause(200);
      }
      socket.end();
      await once(socket, "close");
    },
  );
  server.close();
}
