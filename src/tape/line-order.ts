import { FieldtapeError } from "../errors.ts";
import { type Nanos, ZERO } from "../time/nanos.ts";
import type { EndRecord, HeaderRecord, InputRecord, OutputRecord, RawRecord, TapeRecord } from "./record.ts";

/** Features that this version knows. A tape that requires another is refused by that name. */
const KNOWN_FEATURES: ReadonlySet<string> = new Set();

/**
 * The rules of what may follow what: the header stands first and once, `at` never goes back, a channel is declared before its first
 * use (where there is a header: fragments and goldens are parts), nothing follows the end.
 */
export class LineOrder {
  header: HeaderRecord | undefined;
  end: EndRecord | undefined;
  /** Of the record before. */
  at: Nanos;
  /** Channels declared so far; `undefined` where they cannot be known: without a header, or begun in the middle. */
  private declared: Set<number> | undefined;
  /** Most records are on the channel of the one before. */
  private lastDeclared = -1;

  constructor(from: { readonly at: Nanos }) {
    this.at = from.at;
  }

  /** Takes one of the frequent records, if nothing is against it; otherwise `accept` says what is. */
  follows(record: RawRecord | OutputRecord | InputRecord): boolean {
    const { channel, at } = record;
    if (at < this.at || this.end !== undefined) return false;
    if (channel !== this.lastDeclared && channel !== undefined && this.declared?.has(channel) === false) return false;
    if (channel !== undefined) this.lastDeclared = channel;
    this.at = at;
    return true;
  }

  /** @throws FieldtapeError TAPE_MALFORMED or TAPE_UNSUPPORTED, without file and line. */
  accept(record: TapeRecord, line: number): void {
    if (record.type === "header") {
      this.open(record, line);
      return;
    }
    if (record.type === "channel") this.declared?.add(record.channel);
    else if ("channel" in record) this.use(record.channel);
    if (record.at < this.at) throw malformed(`has "at" ${record.at}, which goes back behind ${this.at}`);
    if (this.end !== undefined) throw malformed("stands after the end of the tape");
    if (record.type === "end") this.end = record;
    this.at = record.at;
  }

  /** Takes a record as it stands, where holes are expected: what was declared or said before it may be gone. */
  pass(record: TapeRecord): void {
    if (record.type === "header") this.header ??= record;
    else this.at = record.at;
    if ("channel" in record && record.channel !== undefined) this.declared?.add(record.channel);
    if (record.type === "end") this.end = record;
  }

  private open(header: HeaderRecord, line: number): void {
    if (line !== 1) throw malformed("is a second header", "are these two tapes in one file?");
    const unknown = header.requires.find((feature) => !KNOWN_FEATURES.has(feature));
    if (unknown !== undefined) {
      throw new FieldtapeError("TAPE_UNSUPPORTED", `the tape requires "${unknown}", which this version does not know`, {
        hint: "read it with the version of fieldtape that wrote it, or a later one",
      });
    }
    this.header = header;
    this.declared = new Set();
    this.at = ZERO;
  }

  private use(channel: number | undefined): void {
    if (channel === undefined || this.declared === undefined) return;
    if (!this.declared.has(channel)) throw malformed(`uses channel ${channel}, which was not declared before`);
  }
}

const malformed = (problem: string, hint?: string): FieldtapeError =>
  new FieldtapeError("TAPE_MALFORMED", `the line ${problem}`, hint === undefined ? {} : { hint });
