import type { ChannelKind, Dir, GapCause } from "../bytes/channel.ts";
import type { Nanos } from "../time/nanos.ts";
import type { ChannelRecord, EndRecord, GapRecord, HeaderRecord, LinkRecord, TapeRecord } from "./record.ts";

/** What a tape holds, counted. Plain JSON. */
export interface Survey {
  readonly header: HeaderRecord | undefined;
  readonly end: EndRecord | undefined;
  /** Of the first and the last record with content (not channels, hash lines and the end). */
  readonly firstAt: Nanos | undefined;
  readonly lastAt: Nanos | undefined;
  /** Records by their type; types that this version does not know count as `unknown`. */
  readonly types: Readonly<Record<string, number>>;
  /** In the order of declaration, at most the first 10,000. */
  readonly channels: readonly ChannelSurvey[];
  readonly channelCount: number;
  readonly machines: Readonly<Record<string, { readonly inputs: number; readonly outputs: number }>>;
  readonly gaps: {
    readonly count: number;
    /** As far as they are known. */
    readonly bytes: number;
    readonly causes: Readonly<Partial<Record<GapCause, number>>>;
    /** At most the first 1,000. */
    readonly first: readonly Place<GapRecord>[];
  };
  readonly marks: {
    readonly count: number;
    readonly first: readonly { readonly line: number; readonly at: Nanos; readonly label: string }[];
  };
  readonly blobs: { readonly count: number; readonly bytes: number };
  /** Jumps of the wall clock. */
  readonly steps: number;
}

export interface ChannelSurvey {
  readonly channel: number;
  readonly name: string;
  readonly kind: ChannelKind;
  readonly source: string;
  readonly rx: WireSurvey;
  readonly tx: WireSurvey;
  readonly gaps: number;
  /** How often its link was opened; how it stands at the end. */
  readonly opened: number;
  readonly link: LinkStanding;
}

/** `unknown`: the tape says nothing of it. */
export type LinkStanding = "open" | "closed" | "reset" | "lost" | "unknown";

export interface WireSurvey {
  readonly reads: number;
  readonly bytes: number;
}

/** A record and where it stands. */
export type Place<R extends TapeRecord> = { readonly line: number } & Omit<R, "type">;

const CHANNELS_LISTED = 10_000;
const PLACES_LISTED = 1_000;
const MACHINES_LISTED = 1_000;

interface OpenSurvey {
  channel: ChannelRecord;
  readonly rx: { reads: number; bytes: number };
  readonly tx: { reads: number; bytes: number };
  gaps: number;
  opened: number;
  link: LinkStanding;
}

/** Counts records as they pass. */
export class Surveyor {
  #header: HeaderRecord | undefined;
  #end: EndRecord | undefined;
  #firstAt: Nanos | undefined;
  #lastAt: Nanos | undefined;
  readonly #types = new Map<string, number>();
  readonly #channels = new Map<number, OpenSurvey>();
  #channelCount = 0;
  readonly #machines = new Map<string, { inputs: number; outputs: number }>();
  readonly #causes = new Map<GapCause, number>();
  #gapBytes = 0;
  readonly #gaps: Place<GapRecord>[] = [];
  readonly #marks: { line: number; at: Nanos; label: string }[] = [];
  #blobBytes = 0;
  #steps = 0;
  /** Raw records are counted aside: they are nearly all. */
  #reads = 0;
  #last: OpenSurvey | undefined;

  take(record: TapeRecord, line: number): void {
    if (record.type === "raw") {
      this.#read(record.channel, record.dir, record.bytes.length);
      this.#content(record.at);
      return;
    }
    this.#types.set(record.type, (this.#types.get(record.type) ?? 0) + 1);
    switch (record.type) {
      case "header":
        this.#header = record;
        return;
      case "end":
        this.#end = record;
        return;
      case "block":
        return;
      case "channel":
        this.#declare(record);
        return;
      default:
        this.#content(record.at);
        this.#other(record, line);
    }
  }

  survey(): Survey {
    const types = this.#reads === 0 ? [...this.#types] : [...this.#types, ["raw", this.#reads] as const];
    return {
      header: this.#header,
      end: this.#end,
      firstAt: this.#firstAt,
      lastAt: this.#lastAt,
      types: Object.fromEntries(types),
      channels: [...this.#channels.values()].map(closed),
      channelCount: this.#channelCount,
      machines: Object.fromEntries(this.#machines),
      gaps: {
        count: this.#types.get("gap") ?? 0,
        bytes: this.#gapBytes,
        causes: Object.fromEntries(this.#causes),
        first: this.#gaps,
      },
      marks: { count: this.#types.get("mark") ?? 0, first: this.#marks },
      blobs: { count: this.#types.get("blob") ?? 0, bytes: this.#blobBytes },
      steps: this.#steps,
    };
  }

  #content(at: Nanos): void {
    this.#firstAt ??= at;
    this.#lastAt = at;
  }

  #read(channel: number, dir: Dir, bytes: number): void {
    this.#reads++;
    const survey = this.#last?.channel.channel === channel ? this.#last : this.#channels.get(channel);
    if (survey === undefined) return;
    this.#last = survey;
    const wire = survey[dir];
    wire.reads++;
    wire.bytes += bytes;
  }

  #declare(channel: ChannelRecord): void {
    const known = this.#channels.get(channel.channel);
    if (known !== undefined) {
      known.channel = channel;
      return;
    }
    this.#channelCount++;
    if (this.#channels.size === CHANNELS_LISTED) return;
    const none = () => ({ reads: 0, bytes: 0 });
    this.#channels.set(channel.channel, { channel, rx: none(), tx: none(), gaps: 0, opened: 0, link: "unknown" });
  }

  #other(record: Exclude<TapeRecord, { type: "header" | "raw" | "channel" | "block" | "end" }>, line: number): void {
    switch (record.type) {
      case "link":
        this.#link(record);
        return;
      case "gap":
        this.#gap(record, line);
        return;
      case "input":
      case "output":
        this.#machine(record.machine, record.type);
        return;
      case "mark":
        if (this.#marks.length < PLACES_LISTED) this.#marks.push({ line, at: record.at, label: record.label });
        return;
      case "blob":
        this.#blobBytes += record.size;
        return;
      case "wall":
        if (record.step !== 0) this.#steps++;
        return;
      default:
    }
  }

  #link({ channel, event }: LinkRecord): void {
    const survey = this.#channels.get(channel);
    if (survey === undefined || event === "half-close") return;
    if (event === "open") survey.opened++;
    // Its end is what one wants to know, not that it was let go afterwards.
    if (event !== "close") survey.link = event;
    else if (survey.link !== "reset" && survey.link !== "lost") survey.link = "closed";
  }

  #gap({ type: _, ...gap }: GapRecord, line: number): void {
    this.#gapBytes += gap.bytes ?? 0;
    this.#causes.set(gap.cause, (this.#causes.get(gap.cause) ?? 0) + 1);
    if (this.#gaps.length < PLACES_LISTED) this.#gaps.push({ line, ...gap });
    const survey = gap.channel === undefined ? undefined : this.#channels.get(gap.channel);
    if (survey !== undefined) survey.gaps++;
  }

  #machine(name: string, type: "input" | "output"): void {
    let machine = this.#machines.get(name);
    if (machine === undefined) {
      if (this.#machines.size === MACHINES_LISTED) return;
      machine = { inputs: 0, outputs: 0 };
      this.#machines.set(name, machine);
    }
    if (type === "input") machine.inputs++;
    else machine.outputs++;
  }
}

function closed({ channel, rx, tx, gaps, opened, link }: OpenSurvey): ChannelSurvey {
  const { name, kind, source } = channel;
  return { channel: channel.channel, name, kind, source, rx: { ...rx }, tx: { ...tx }, gaps, opened, link };
}
