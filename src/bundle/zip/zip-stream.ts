import { Readable } from "node:stream";
import { ZipFile } from "yazl";
import { assert } from "../../errors.ts";
import { EPOCH } from "../../time/system-clock.ts";

/** A file that goes into a zip. */
export interface ZipMember {
  readonly path: string;
  /** Its bytes; asked for when all before it are through. */
  readonly bytes: () => AsyncIterable<Uint8Array>;
}

/**
 * A zip as it comes, in constant memory: the members in their order, without dates, owners or anything else that tells where and when it was made.
 * The same members give the same bytes; `store` does not pack them, so that this holds on every version of zlib.
 *
 * @throws what a member throws
 */
export async function* zipStream(
  members: readonly ZipMember[],
  { store }: { readonly store: boolean },
): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile();
  const output = zip.outputStream;
  assert(output instanceof Readable, "the packer gives no stream of Node's");
  const fail = (thrown: Error): void => {
    output.destroy(thrown);
  };
  zip.on("error", fail);
  let current: Readable | undefined;
  for (const { path, bytes } of members) {
    zip.addReadStreamLazy(path, { ...PLAIN, compress: !store }, (give) => {
      // The packer does not listen to what it reads from.
      current = Readable.from(bytes(), { objectMode: false }).on("error", fail);
      give(undefined, current);
    });
  }
  zip.end();
  try {
    yield* output;
  } finally {
    current?.destroy();
  }
}

/** Dates before 1980 are written as 1980, whatever the time zone; the mode is that of a plain file that only its owner reads. */
const PLAIN = { mtime: EPOCH, forceDosTimestamp: true, mode: 0o100600 };
