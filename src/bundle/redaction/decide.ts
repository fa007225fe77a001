import { Buffer } from "node:buffer";
import { fromHex } from "../../bytes/hex.ts";
import type { Edit } from "../../machine/machine.ts";
import type { SubjectRun } from "../../replayer/subject.ts";
import type { ChannelRecord } from "../../tape/record.ts";
import type { FaultRedactor } from "./fault-redactor.ts";
import { FieldRules } from "./field-rules.ts";
import { Foregoing } from "./foregoing.ts";
import type { Framed } from "./framed.ts";
import type { Change, Lane, Piece } from "./lane.ts";
import type { FaultAction, FieldRule } from "./profile.ts";
import { masked } from "./pseudonyms.ts";
import { type FoundSecret, isSame, redactFrame } from "./redact-frame.ts";
import type { RedactionTally } from "./redaction-tally.ts";
import type { Hit } from "./secret-scanner.ts";
import type { TextRedactor } from "./text-redactor.ts";

/** A frame whose fields were changed: what is not declared must be as it was. */
export interface ChangedFrame {
  readonly lane: Lane;
  readonly offset: number;
  readonly length: number;
  readonly newLength: number;
  /** Empty: its bytes were changed as a whole. */
  readonly paths: readonly Edit["path"][];
}

export interface DecideOptions {
  readonly fields: Readonly<Record<string, readonly FieldRule[]>>;
  /** Those of the subject: only rules about one of them ask for anything here. */
  readonly machines: readonly string[];
  readonly faults: FaultAction;
  readonly text: TextRedactor;
  readonly tally: RedactionTally;
  /** Absent: there are no frames, only bytes. */
  readonly framing: { readonly run: SubjectRun; readonly faults: FaultRedactor } | undefined;
  readonly onChange: (change: ChangedFrame) => void;
  readonly signal: AbortSignal;
}

/** Decides what becomes of stretches of a lane. */
export class Decider {
  readonly #options: DecideOptions;
  readonly #rules = new Map<string, FieldRules>();
  readonly #foregoing = new Map<Lane, Foregoing>();
  /** Whether there may be fields that must not leave where no frame tells which. */
  readonly #strict: boolean;

  constructor(options: DecideOptions) {
    this.#options = options;
    this.#strict = options.framing !== undefined && options.machines.some((machine) => !this.#rulesOf(machine).empty);
  }

  async change(piece: Piece, hits: readonly Hit[], lane: Lane, channel: ChannelRecord): Promise<readonly Change[]> {
    const { span, said, torn } = piece;
    const [start, length] = span;
    const bytes = lane.bytes(start, start + length);
    const foregoing = this.#foregoing.get(lane) ?? new Foregoing(lane, start);
    this.#foregoing.delete(lane);
    if (said?.value.type === "frame" && !torn) {
      const changes = await this.#frame(said, bytes, hits, lane);
      const [change = { bytes, gap: 0 }] = changes;
      if (change.gap === 0 && change.bytes.length === length) this.#foregoing.set(lane, foregoing.with(change.bytes));
      return changes;
    }
    if (torn && this.#strict && !isBlank(bytes)) return [this.#filler(start, bytes)];
    const { framing, faults } = this.#options;
    const altered = hits.length === 0 ? bytes : this.#withAliases(bytes, start, hits);
    if (framing === undefined || !this.#strict || faults === "keep" || isBlank(bytes) || isIdle(piece, bytes)) {
      if (hits.length > 0) return this.#inPlace(start, altered, hits, { framed: framing !== undefined, lane });
      this.#foregoing.set(lane, foregoing.with(bytes));
      return [];
    }
    if (faults === "filler") return [this.#filler(start, bytes)];
    const other = await framing.faults.scrambled(foregoing.stretch(bytes, channel), this.#options.signal);
    const isHidden = hits.every(
      (hit) => other !== undefined && hides(other, bytes, hit.start - start, hit.end - start),
    );
    if (other === undefined || !isHidden) return [this.#filler(start, bytes)];
    this.#foregoing.set(lane, foregoing.with(other));
    if (isSame(other, bytes)) {
      this.#options.tally.kept += 1;
      return [];
    }
    this.#options.tally.scrambled += 1;
    return [{ start, end: start + length, bytes: other, gap: 0 }];
  }

  async #frame(said: Framed, bytes: Uint8Array, hits: readonly Hit[], lane: Lane): Promise<readonly Change[]> {
    const [start, length] = said.value.span;
    const { text, tally, framing, onChange } = this.#options;
    const secrets = [...secretsAt(hits, lane), ...this.#inside(said, bytes)];
    const rules = this.#rulesOf(said.machine);
    const tools = { rules, pseudonyms: text.pseudonyms, rewrite: framing?.run.rewrite?.bind(framing.run) };
    const redacted = await redactFrame({ record: said, bytes, secrets }, tools);
    if (redacted.type === "kept") return [];
    if (redacted.type === "refused") return [this.#filler(start, bytes)];
    for (const { path } of redacted.ruled) tally.field(said.machine, path);
    onChange({
      lane,
      offset: start,
      length,
      newLength: redacted.bytes.length,
      paths: redacted.edits.map(({ path }) => path),
    });
    return [{ start, end: start + length, bytes: redacted.bytes, gap: 0 }];
  }

  /** Secrets in a payload that stands on the wire in another form: stuffed, say. */
  #inside({ value }: Framed, bytes: Uint8Array): readonly FoundSecret[] {
    const { payload } = value;
    const content = typeof payload === "string" ? fromHex(payload) : undefined;
    if (content === undefined || Buffer.from(bytes).indexOf(content) >= 0) return [];
    const { text, tally } = this.#options;
    return text.scanner.find(content).map(({ start, end, name }) => {
      tally.secret(name);
      return { bytes: content.slice(start, end), known: name === "literal" };
    });
  }

  #filler(start: number, bytes: Uint8Array): Change {
    this.#options.tally.filler(bytes.length);
    return { start, end: start + bytes.length, bytes: masked(bytes), gap: bytes.length };
  }

  #withAliases(bytes: Uint8Array, start: number, hits: readonly Hit[]): Uint8Array {
    const altered = bytes.slice();
    for (const hit of hits) {
      const from = Math.max(0, hit.start - start);
      const part = bytes.slice(from, hit.end - start);
      altered.set(this.#options.text.pseudonyms.bytes(part), from);
    }
    return altered;
  }

  /**
   * Secrets outside of frames. Their gap stands where no frame is cut by it: before a frame that failed, or, where frames are not known, at the beginning of the
   * line.
   */
  #inPlace(
    start: number,
    altered: Uint8Array,
    hits: readonly Hit[],
    { framed, lane }: { readonly framed: boolean; readonly lane: Lane },
  ): readonly Change[] {
    const changes: Change[] = [];
    for (const hit of hits) {
      const end = Math.min(hit.end, start + altered.length);
      const before = lane.bytes(start, Math.max(start, hit.start));
      const from = framed ? start : start + before.lastIndexOf(0x0a) + 1;
      const hidden = end - Math.max(start, hit.start);
      this.#options.tally.filler(hidden);
      const last = changes.at(-1);
      if (last !== undefined && from < last.end) {
        changes[changes.length - 1] = {
          start: last.start,
          end,
          bytes: altered.subarray(last.start - start, end - start),
          gap: last.gap + hidden,
        };
      } else changes.push({ start: from, end, bytes: altered.subarray(from - start, end - start), gap: hidden });
    }
    return changes;
  }

  #rulesOf(machine: string): FieldRules {
    let rules = this.#rules.get(machine);
    if (rules === undefined) {
      rules = new FieldRules(this.#options.fields[machine] ?? [], this.#options.text.pseudonyms);
      this.#rules.set(machine, rules);
    }
    return rules;
  }
}

function secretsAt(hits: readonly Hit[], lane: Lane): readonly FoundSecret[] {
  return hits.map(({ start, end, name }) => ({ bytes: lane.bytes(start, end).slice(), known: name === "literal" }));
}

/** Whether most of a secret is no longer what it was: punctuation stays, and what the framer goes by may. */
function hides(now: Uint8Array, before: Uint8Array, from: number, to: number): boolean {
  const telling = [...before.keys()].filter((index) => index >= from && index < to && isTelling(before[index] ?? 0));
  return telling.filter((index) => now[index] === before[index]).length * 3 <= telling.length;
}

/** Letters, digits, and what is no text. */
function isTelling(byte: number): boolean {
  return byte >= 0x80 || /[0-9A-Za-z]/.test(String.fromCharCode(byte));
}

/** One byte again and again, of which the framer says nothing: delimiters, and what a wire has when it is idle. */
function isIdle({ said, torn }: Piece, bytes: Uint8Array): boolean {
  return said === undefined && !torn && bytes.every((byte) => byte === bytes[0]);
}

/** Line ends and blanks between frames say nothing. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x0d || byte === 0x0a || byte === 0x20 || byte === 0x09 || byte === 0);
}
