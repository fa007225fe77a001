import type { JsonObject } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import type { WhenCrowded } from "../../link/source.ts";
import { TCP_DEFAULTS, type TcpOptions } from "../../link/tcp.ts";
import { parseRotation, parseSize } from "../../recorder/rotation.ts";
import { parseSource, type SourceSpec } from "../../recorder/source-spec.ts";
import type { Rotation } from "../../tape/segment-series.ts";
import { parseDuration } from "../../time/duration.ts";
import type { Nanos } from "../../time/nanos.ts";

/** What the flags of a `record` command ask for, checked. */
export interface RecordingPlan {
  readonly sources: readonly [SourceSpec, ...SourceSpec[]];
  readonly events: readonly string[];
  readonly tcp: TcpOptions;
  readonly output: string | undefined;
  readonly force: boolean;
  /** The tape with which it goes on, if it is there already. */
  readonly goesOn: string | undefined;
  readonly rotate: Rotation;
  readonly keepLast: number | undefined;
  /** Segments that rotation has ended. */
  readonly compress: boolean;
  readonly duration: Nanos | undefined;
  readonly decode: { readonly subject: string; readonly options: string | undefined } | undefined;
  /** The profile's name. */
  readonly redact: string | undefined;
  readonly whenCrowded: WhenCrowded | undefined;
  readonly reconnect: boolean | undefined;
  readonly waitingMax: number;
  readonly meta: JsonObject;
  /** Path of the control socket. */
  readonly control: string | undefined;
  readonly quiet: boolean;
  /** For long, with nobody looking on. */
  readonly service: boolean;
}

/** The flags that every `record` command has, as the command line gives them. */
export interface RecordFlags {
  readonly output?: string | undefined;
  readonly force: boolean;
  readonly continue: boolean;
  readonly service: boolean;
  readonly name?: string | undefined;
  readonly also?: readonly string[] | undefined;
  readonly events?: readonly string[] | undefined;
  readonly decode?: string | undefined;
  readonly options?: string | undefined;
  readonly redact?: string | undefined;
  readonly duration?: string | undefined;
  readonly rotate?: readonly string[] | undefined;
  readonly "keep-last"?: number | undefined;
  readonly compress: boolean;
  readonly "when-behind"?: string | undefined;
  readonly buffer: string;
  readonly meta?: readonly string[] | undefined;
  readonly control?: string | undefined;
  readonly quiet: boolean;
}

/** The flags about TCP connections. */
export interface TcpFlags {
  readonly nodelay: boolean;
  readonly keepalive: string;
  readonly "connect-timeout": string;
  readonly "connections-max": number;
}

/** A read is at most 64 KiB: with less room than a few of them nothing would ever fit. */
const BUFFER_MIN = 1024 * 1024;

export interface PlanOptions {
  readonly tcp?: TcpFlags;
  readonly reconnect?: boolean;
  /** Wires that the configuration gives a name, which `--also` may say. */
  readonly channels?: Readonly<Record<string, { readonly source: string }>>;
}

/** @throws FieldtapeError USAGE */
export function planRecording(main: SourceSpec, flags: RecordFlags, links: PlanOptions = {}): RecordingPlan {
  const named = flags.name === undefined ? main : { ...main, name: flags.name };
  const also = (flags.also ?? []).map((text) => alsoSource(text, links.channels ?? {}));
  const sources: RecordingPlan["sources"] = [named, ...also];
  const events = flags.events ?? [];
  const readers = sources.filter(({ type }) => type === "stdin").length + events.filter((one) => one === "-").length;
  if (readers > 1) throw new FieldtapeError("USAGE", "standard input can be read once only");
  const waitingMax = parseSize(flags.buffer);
  if (waitingMax === undefined || waitingMax < BUFFER_MIN) {
    throw new FieldtapeError("USAGE", `--buffer ${flags.buffer} is no size from 1 MiB up`, {
      hint: "write it like 64MiB",
    });
  }
  return {
    sources,
    events,
    tcp: links.tcp === undefined ? TCP_DEFAULTS : tcpOptions(links.tcp),
    output: flags.output,
    force: flags.force,
    // A service is started again by others, with the same words.
    goesOn: flags.continue || (flags.service && !flags.force) ? flags.output : undefined,
    rotate: parseRotation(flags.rotate ?? []),
    keepLast: flags["keep-last"],
    compress: flags.compress,
    duration: flags.duration === undefined ? undefined : parseDuration(flags.duration),
    decode: flags.decode === undefined ? undefined : { subject: flags.decode, options: flags.options },
    redact: flags.redact,
    whenCrowded: whenCrowdedOf(flags["when-behind"]),
    reconnect: links.reconnect,
    waitingMax,
    meta: Object.fromEntries((flags.meta ?? []).map(keyAndValue)),
    control: flags.control === undefined ? undefined : socketPath(flags.control),
    quiet: flags.quiet,
    service: flags.service,
  };
}

function alsoSource(text: string, channels: NonNullable<PlanOptions["channels"]>): SourceSpec {
  const channel = Object.hasOwn(channels, text) ? channels[text] : undefined;
  return channel === undefined ? parseSource(text) : { ...parseSource(channel.source), name: text };
}

function tcpOptions(flags: TcpFlags): TcpOptions {
  return {
    noDelay: flags.nodelay,
    keepAlive: parseDuration(flags.keepalive),
    connectTimeout: parseDuration(flags["connect-timeout"]),
    connectionsMax: flags["connections-max"],
  };
}

function whenCrowdedOf(text: string | undefined): WhenCrowded | undefined {
  return text === "gap" || text === "wait" ? text : undefined;
}

function keyAndValue(text: string): [string, string] {
  const split = text.indexOf("=");
  if (split > 0) return [text.slice(0, split), text.slice(split + 1)];
  throw new FieldtapeError("USAGE", `--meta ${JSON.stringify(text)} is no KEY=VALUE`);
}

function socketPath(text: string): string {
  if (text.startsWith("unix:") && text.length > "unix:".length) return text.slice("unix:".length);
  throw new FieldtapeError("USAGE", `--control ${JSON.stringify(text)} is no local socket`, {
    hint: "write it like unix:/tmp/recorder.sock",
  });
}
