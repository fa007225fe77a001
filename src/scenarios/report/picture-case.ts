import type { TapeRecord } from "../../tape/record.ts";
import type { CasePicture } from "./case-section.ts";
import { TimelineBuilder } from "./timeline.ts";

/** What a case's picture is drawn from. */
export interface PictureSource {
  /** The tape that was played, with its faults as far as they are known. */
  readonly heard: AsyncIterable<{ readonly records: readonly TapeRecord[] }>;
  /** What the subject said to it: the pending golden, or the golden where they are the same. */
  readonly said: AsyncIterable<{ readonly records: readonly TapeRecord[] }>;
  readonly divergedAt?: number;
  readonly undisturbed?: true;
}

/** Draws one case, in constant memory. @throws FieldtapeError what reading the two throws */
export async function pictureCase({ heard, said, ...told }: PictureSource): Promise<CasePicture> {
  const builder = new TimelineBuilder();
  for await (const { records } of heard) for (const record of records) builder.takeHeard(record);
  for await (const { records } of said) for (const record of records) builder.takeSaid(record);
  return { timeline: builder.build(), ...told };
}
