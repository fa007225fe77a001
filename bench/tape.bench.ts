import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { McapStreamReader, McapWriter } from "@mcap/core";
import ndjson from "ndjson";
import { openTape } from "../src/tape/reader.ts";
import type { RawRecord } from "../src/tape/record.ts";
import { TapeWriter } from "../src/tape/writer.ts";
import { nanos } from "../src/time/nanos.ts";
import { type Bench, medianSeconds } from "./row.ts";

const CHANNEL = {
  type: "channel",
  at: nanos(0),
  channel: 0,
  name: "a",
  kind: "stream",
  source: "bench",
  settings: {},
} as const;

/** 64 bytes a record, hash chain on; beside it MCAP's own library and the ndjson package. */
export const tape: Bench = async ({ quick, folder }) => {
  const count = quick ? 50_000 : 2_000_000;
  const runs = quick ? 1 : 3;
  const bytes = Uint8Array.from({ length: 64 }, (_, index) => (index * 37) & 0xff);
  const paths = { tape: join(folder, "a.tape.jsonl"), mcap: join(folder, "a.mcap"), json: join(folder, "a.ndjson") };
  const write = await medianSeconds(runs, () => writeTape(paths.tape, bytes, count));
  const mcapWrite = await medianSeconds(1, () => writeMcap(paths.mcap, bytes, count));
  const jsonCount = Math.floor(count / 4);
  const jsonWrite = await medianSeconds(1, () => writeJson(paths.json, bytes, jsonCount));
  const read = await medianSeconds(runs, () => readTape(paths.tape, count));
  const memory = process.memoryUsage().rss / 1e6;
  const mcapRead = await medianSeconds(1, () => readMcap(paths.mcap, count));
  const jsonRead = await medianSeconds(1, () => readJson(paths.json, jsonCount));
  const unit = "records/s";
  const writing = "write 64 B raw records, hash chain on";
  const reading = "read and decode the same, chain verified";
  return [
    {
      work: writing,
      ours: count / write,
      unit,
      peer: { name: "@mcap/core", figure: count / mcapWrite },
      target: { compare: "at least", figure: 1_200_000 },
    },
    { work: writing, ours: count / write, unit, peer: { name: "ndjson", figure: jsonCount / jsonWrite } },
    {
      work: reading,
      ours: count / read,
      unit,
      peer: { name: "@mcap/core", figure: count / mcapRead },
      target: { compare: "at least", figure: 3_000_000 },
    },
    { work: reading, ours: count / read, unit, peer: { name: "ndjson", figure: jsonCount / jsonRead } },
    {
      work: "memory of the process that did all this, before the peers read",
      ours: memory,
      unit: "MB",
      peer: undefined,
    },
  ];
};

async function writeTape(path: string, bytes: Uint8Array, count: number): Promise<void> {
  const recorder = { version: "bench", git: "bench" };
  const header = { id: "bench", started: "2026-01-01T00:00:00.000000Z", recorder, requires: [], meta: {} };
  await using writer = await TapeWriter.create(path, { header, live: false, force: true });
  writer.write(CHANNEL);
  for (let n = 0; n < count; n += 1) {
    writer.write({ type: "raw", at: nanos(n * 1000), channel: 0, dir: "rx", bytes });
    if (n % 1024 === 0) await writer.drained();
  }
  await writer.close({ reason: "stop", at: nanos(count * 1000) });
}

async function readTape(path: string, count: number): Promise<void> {
  await using reader = await openTape(path);
  let seen = 0;
  for await (const { records } of reader.batches())
    for (const record of records) if (record.type === "raw") seen += record.bytes.length / 64;
  if (seen !== count) throw new Error(`read ${seen} of ${count} records`);
}

async function writeMcap(path: string, bytes: Uint8Array, count: number): Promise<void> {
  const file = await open(path, "w");
  let position = 0n;
  const writable = {
    position: () => position,
    async write(data: Uint8Array): Promise<void> {
      position += BigInt(data.length);
      await file.write(data);
    },
  };
  const writer = new McapWriter({ writable });
  await writer.start({ profile: "", library: "" });
  const channelId = await writer.registerChannel({ schemaId: 0, topic: "a", messageEncoding: "", metadata: new Map() });
  for (let n = 0; n < count; n += 1) {
    const time = BigInt(n * 1000);
    await writer.addMessage({ channelId, sequence: n, logTime: time, publishTime: time, data: bytes });
  }
  await writer.end();
  await file.close();
}

async function readMcap(path: string, count: number): Promise<void> {
  const reader = new McapStreamReader();
  let seen = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    reader.append(chunk);
    for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord())
      if (record.type === "Message") seen += 1;
  }
  if (seen !== count) throw new Error(`read ${seen} of ${count} messages`);
}

async function writeJson(path: string, bytes: Uint8Array, count: number): Promise<void> {
  const stream = ndjson.stringify();
  const file = createWriteStream(path);
  const done = finished(stream.pipe(file));
  for (let n = 0; n < count; n += 1) {
    const record: Omit<RawRecord, "bytes"> & { b64: string } = {
      type: "raw",
      at: nanos(n * 1000),
      channel: 0,
      dir: "rx",
      b64: Buffer.from(bytes).toString("base64"),
    };
    if (!stream.write(record)) await new Promise((resolve) => stream.once("drain", resolve));
  }
  stream.end();
  await done;
}

async function readJson(path: string, count: number): Promise<void> {
  let seen = 0;
  for await (const record of createReadStream(path).pipe(ndjson.parse()))
    seen += Buffer.from(record.b64, "base64").length / 64;
  if (seen !== count) throw new Error(`read ${seen} of ${count} records`);
}
