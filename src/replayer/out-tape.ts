import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { JsonObject } from "../bytes/json.ts";
import { derivedHeader, derivedId, sourceId } from "../tape/derive.ts";
import { writeDerivedTape } from "../tape/derived-tape.ts";
import type { TapeReader } from "../tape/reader.ts";
import type { HeaderRecord, TapeRecord } from "../tape/record.ts";
import type { Nanos } from "../time/nanos.ts";

/** Where it is written, and who writes it, where its source does not say. */
export interface OutTapeFile {
  readonly path: string;
  readonly force: boolean;
  readonly recorder: HeaderRecord["recorder"];
}

/** What goes on a tape, and when and why it ends, which is known at its end. */
export interface OutTape {
  readonly portions: AsyncIterable<readonly TapeRecord[]>;
  end(): { readonly at: Nanos; readonly reason: string };
}

/**
 * Writes what came out of a replay as a derived tape: the same bytes from the same tape and options. When the replay fails on
 * the way, what came out until then is kept, and the failure is thrown afterwards.
 */
export async function writeOutTape(
  { path, force, recorder }: OutTapeFile,
  tape: TapeReader,
  options: JsonObject,
  out: OutTape,
): Promise<void> {
  let failure: { readonly thrown: unknown } | undefined;
  const header = await headerOf(tape, options, recorder);
  const batches = async function* (): AsyncGenerator<readonly TapeRecord[]> {
    yield [header];
    try {
      yield* out.portions;
    } catch (thrown) {
      failure = { thrown };
    }
    yield [{ type: "end", records: 0, ...out.end() }];
  };
  await writeDerivedTape(path, batches(), { force, sources: [tape.path], reason: "replayed" });
  if (failure !== undefined) throw failure.thrown;
}

async function headerOf(
  tape: TapeReader,
  options: JsonObject,
  recorder: HeaderRecord["recorder"],
): Promise<HeaderRecord> {
  const { header } = tape;
  if (header !== undefined) return derivedHeader(header, { by: "replay", sources: [sourceId(header)], options });
  // A golden or a fragment has no id: its bytes stand for it, and it began whenever.
  const source = `sha256:${await digestOf(tape.path)}`;
  const made = {
    type: "header",
    format: "fieldtape",
    schema: 2,
    id: derivedId("replay", [source], options),
    started: "1970-01-01T00:00:00.000000Z",
    segment: 0,
    offset: "0",
    previous: null,
    recorder,
    requires: [],
    meta: {},
  } as const;
  return derivedHeader(made, { by: "replay", sources: [source], options });
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
