// The old parser as a subject: its events become frames and faults, and fieldtape finds their places by the lines that came.

import { Buffer } from "node:buffer";
import { PLUGIN_ABI as ABI, legacyFramer } from "fieldtape/plugin";
import { OldNmeaParser } from "./old-nmea-parser.mjs";

export const PLUGIN_ABI = ABI;

const framer = legacyFramer("nmea", (wire) => {
  const parser = new OldNmeaParser();
  parser.on("sentence", ([address, ...fields], line) =>
    wire.frame(
      { sentence: line.trimEnd(), talker: address.slice(0, 2), formatter: address.slice(2), fields },
      latin1(line),
    ),
  );
  parser.on("bad", (line) => wire.fault("bad-checksum", latin1(line)));
  return (bytes) => parser.feed(Buffer.from(bytes));
});

const latin1 = (text) => Buffer.from(text, "latin1");

export const create = () => ({ framer });
