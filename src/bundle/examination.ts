import { FieldtapeError } from "../errors.ts";
import { openTape, type ReaderFacts } from "../tape/reader.ts";
import { type Survey, Surveyor } from "../tape/survey.ts";

/** A tape as it was read through once, whatever its state. */
export type Examination =
  | { readonly state: "unreadable"; readonly failure: FieldtapeError }
  | {
      readonly state: "read";
      readonly survey: Survey;
      readonly facts: ReaderFacts;
      /** Lines that are no records, and the first of them. */
      readonly unreadable: { readonly count: number; readonly first: number };
      /** Digests of blobs that the tape names. */
      readonly blobs: ReadonlySet<string>;
    };

const BLOBS_MAX = 100_000;

/** Reads a tape through, in constant memory. @throws FieldtapeError INPUT_UNREADABLE */
export async function examineTape(path: string, signal: AbortSignal): Promise<Examination> {
  const unreadable = { count: 0, first: 0 };
  const surveyor = new Surveyor();
  const blobs = new Set<string>();
  const onUnreadable = ({ line }: { readonly line: number }): void => {
    if (unreadable.count === 0) unreadable.first = line;
    unreadable.count += 1;
  };
  try {
    await refuseForeign(path);
    await using tape = await openTape(path, { onUnreadable });
    for await (const { firstLine, records } of tape.batches({ signal })) {
      for (const [index, record] of records.entries()) {
        surveyor.take(record, firstLine + index);
        if (record.type === "blob" && blobs.size < BLOBS_MAX) blobs.add(record.sha256);
      }
    }
    return { state: "read", survey: surveyor.survey(), facts: tape.facts(), unreadable, blobs };
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError) || !thrown.code.startsWith("TAPE_")) throw thrown;
    return { state: "unreadable", failure: thrown };
  }
}

/** A tape of a later schema, or for readers with features that we have not, is not ours to look into. */
async function refuseForeign(path: string): Promise<void> {
  const tape = await openTape(path).catch((thrown: unknown) => {
    if (thrown instanceof FieldtapeError && thrown.code === "TAPE_UNSUPPORTED") throw thrown;
    return undefined;
  });
  await tape?.[Symbol.asyncDispose]();
}
