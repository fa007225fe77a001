import type { Dir } from "../../bytes/channel.ts";
import { FieldtapeError } from "../../errors.ts";
import type { TcpAddress } from "../../link/address.ts";
import { parseTcpAddress } from "../../link/address.ts";
import type { SerialSettings } from "../../link/serial-settings.ts";
import { LISTEN_HOST, parseSource } from "../../recorder/source-spec.ts";
import { type Position, parsePosition } from "../../tape/position.ts";
import { compilePredicate, type Predicate } from "../../tape/predicate.ts";
import { parseRechunking, type Rechunking } from "../../tape/rechunk.ts";
import { parseDuration } from "../../time/duration.ts";
import type { Nanos } from "../../time/nanos.ts";
import { RATE_MAX, RATE_MIN } from "../../time/playback-anchor.ts";
import { commandWords } from "../command-words.ts";

/** What the flags of `replay` ask for, checked. */
export interface ReplayPlan {
  readonly tape: string;
  readonly subject: string | undefined;
  /** As `--options` has it. */
  readonly options: string | undefined;
  readonly seed: number;
  /** `undefined`: as fast as the processor goes. */
  readonly rate: number | undefined;
  readonly from: Position | undefined;
  readonly until: Position | undefined;
  readonly channels: readonly string[] | undefined;
  readonly dir: Dir | undefined;
  readonly play: Dir;
  readonly rechunk: { readonly text: string; readonly rechunking: Rechunking } | undefined;
  readonly maxGap: Nanos | undefined;
  readonly drain: Nanos;
  /** Infinity: until it is interrupted. */
  readonly rounds: number;
  readonly time: "recorded" | "computed";
  readonly look: "play" | "step" | "ui" | "dry-run";
  readonly breakpoint: Breakpoint | undefined;
  readonly snapshots: boolean;
  readonly out: { readonly path: string; readonly force: boolean } | undefined;
  readonly against: string | undefined;
  readonly tolerance: Nanos | undefined;
  readonly policy: Policy;
  readonly twice: boolean;
  readonly wire: WireTarget | undefined;
  readonly json: boolean;
}

export interface Breakpoint {
  readonly text: string;
  readonly predicate: Predicate;
  readonly action: "stop" | "mark" | "exit";
}

/** How what is sent is held against what was recorded. */
export type Policy =
  | { readonly type: "strict" | "none" }
  | { readonly type: "wait"; readonly patience: Nanos }
  | { readonly type: "match"; readonly framer: string; readonly fields: readonly string[] };

/** Where the live program is. */
export type WireTarget =
  | { readonly type: "tcp"; readonly to: TcpAddress }
  | { readonly type: "tcp-listen"; readonly listen: TcpAddress }
  | { readonly type: "serial"; readonly path: string; readonly settings: SerialSettings }
  | SpawnTarget;

/** A program that is started for the replay, and where the two meet. */
export interface SpawnTarget {
  readonly type: "spawn";
  /** An argument list, with `{host}`, `{port}` and `{pty}` in their places. */
  readonly command: readonly string[];
  /** It listens on a port that it is told, connects to ours, or opens a pseudo-terminal. */
  readonly as: "server" | "client" | "pty";
  /** It must be there within so long. */
  readonly within: Nanos;
  readonly fakeTime: boolean;
  readonly log: string | undefined;
}

/** The flags as the command line gives them. */
export interface ReplayFlags {
  readonly subject?: string | undefined;
  readonly options?: string | undefined;
  readonly seed: number;
  readonly speed?: string | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly channel?: readonly string[] | undefined;
  readonly dir?: string | undefined;
  readonly play: string;
  readonly rechunk?: string | undefined;
  readonly "max-gap"?: string | undefined;
  readonly drain: string;
  readonly loop?: string | undefined;
  readonly time: string;
  readonly step: boolean;
  readonly ui: boolean;
  readonly break?: string | undefined;
  readonly "on-break"?: string | undefined;
  readonly "dry-run": boolean;
  readonly snapshots: boolean;
  readonly out?: string | undefined;
  readonly force: boolean;
  readonly against?: string | undefined;
  readonly tolerance?: string | undefined;
  readonly policy?: string | undefined;
  readonly match?: string | undefined;
  readonly patience: string;
  readonly twice: boolean;
  readonly to?: string | undefined;
  readonly listen?: string | undefined;
  readonly spawn?: string | undefined;
  readonly "spawn-as"?: string | undefined;
  readonly "spawn-within": string;
  readonly "spawn-log"?: string | undefined;
  readonly faketime: boolean;
  readonly json: boolean;
}

/** @throws FieldtapeError USAGE, PREDICATE_INVALID */
export function planReplay(tape: string, flags: ReplayFlags): ReplayPlan {
  refuseWhatDoesNotGoTogether(flags);
  const wire = wireOf(flags);
  return {
    tape,
    subject: flags.subject,
    options: flags.options,
    seed: flags.seed,
    rate: rateOf(flags.speed, wire !== undefined),
    from: flags.from === undefined ? undefined : parsePosition(flags.from),
    until: flags.until === undefined ? undefined : parsePosition(flags.until),
    channels: flags.channel,
    dir: dirOf(flags.dir),
    play: dirOf(flags.play) ?? "rx",
    rechunk:
      flags.rechunk === undefined ? undefined : { text: flags.rechunk, rechunking: parseRechunking(flags.rechunk) },
    maxGap: durationOf(flags["max-gap"]),
    drain: parseDuration(flags.drain),
    rounds: roundsOf(flags.loop),
    time: flags.time === "computed" ? "computed" : "recorded",
    look: flags["dry-run"] ? "dry-run" : flags.step ? "step" : flags.ui ? "ui" : "play",
    breakpoint: flags.break === undefined ? undefined : breakpointOf(flags.break, flags["on-break"]),
    snapshots: flags.snapshots,
    out: flags.out === undefined ? undefined : { path: flags.out, force: flags.force },
    against: flags.against,
    tolerance: durationOf(flags.tolerance),
    policy: policyOf(flags),
    twice: flags.twice,
    wire,
    json: flags.json,
  };
}

const dirOf = (text: string | undefined): Dir | undefined => (text === "rx" || text === "tx" ? text : undefined);

const durationOf = (text: string | undefined): Nanos | undefined =>
  text === undefined ? undefined : parseDuration(text);

function rateOf(text: string | undefined, live: boolean): number | undefined {
  if (text === undefined) return live ? 1 : undefined;
  if (text === "max") {
    if (live) throw usage("a live program is played to on a clock", "give --speed a number, as in --speed 10");
    return undefined;
  }
  const rate = /^[0-9]+(\.[0-9]+)?x?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (rate >= RATE_MIN && rate <= RATE_MAX) return rate;
  throw usage(`--speed ${JSON.stringify(text)} is no speed`, `write max, or a number from ${RATE_MIN} to ${RATE_MAX}`);
}

function roundsOf(text: string | undefined): number {
  if (text === undefined) return 1;
  if (text === "endless") return Number.POSITIVE_INFINITY;
  const rounds = Number(text);
  if (/^[0-9]{1,9}$/.test(text) && rounds > 0) return rounds;
  throw usage(`--loop ${JSON.stringify(text)} is no number of rounds`, "write --loop 3, or --loop alone");
}

function breakpointOf(text: string, action: string | undefined): Breakpoint {
  return { text, predicate: compilePredicate(text), action: action === "mark" || action === "exit" ? action : "stop" };
}

/** Whoever names a golden wants that compared, and not also the tape, unless he says so. */
function policyOf({ policy, against, match, patience }: ReplayFlags): Policy {
  const type = policy ?? (match !== undefined ? "match" : against === undefined ? "strict" : "none");
  if (type !== "match" && match !== undefined) throw usage("--match is for --policy match");
  if (type === "wait") return { type, patience: parseDuration(patience) };
  if (type !== "match") return { type: type === "none" ? "none" : "strict" };
  const [, framer, fields] = /^([^:]+):(.+)$/.exec(match ?? "") ?? [];
  if (framer === undefined || fields === undefined)
    throw usage("--policy match needs --match", "as in --match modbus-tcp:unit,function,address");
  return { type, framer, fields: fields.split(",") };
}

function wireOf(flags: ReplayFlags): WireTarget | undefined {
  const { to, listen } = flags;
  if (flags.spawn !== undefined) return spawnTarget(flags.spawn, flags);
  if (listen !== undefined) return { type: "tcp-listen", listen: parseTcpAddress(listen, LISTEN_HOST) };
  if (to === undefined) return undefined;
  const source = /^(tcp|serial):/.test(to) ? parseSource(to) : undefined;
  if (source?.type === "tcp-client") return { type: "tcp", to: source.to };
  if (source?.type === "serial" && source.bridge === undefined)
    return { type: "serial", path: source.path, settings: source.settings };
  throw usage(`--to ${JSON.stringify(to)} is no live program`, "write tcp:HOST:PORT or serial:PORT");
}

function spawnTarget(text: string, flags: ReplayFlags): SpawnTarget {
  const command = commandWords(text);
  const names = (place: string): boolean => command.some((word) => word.includes(place));
  const as = flags["spawn-as"] ?? (names("{pty}") ? "pty" : names("{port}") ? "server" : undefined);
  if (as !== "server" && as !== "client" && as !== "pty") {
    throw usage(
      "where is the program to be reached?",
      "write {port} where it takes the port on which it listens, or {pty} where it takes its serial port; or say --spawn-as",
    );
  }
  const wrong = as === "pty" ? names("{port}") || names("{host}") : names("{pty}");
  if (wrong)
    throw usage(`--spawn-as ${as} gives no such place`, "{pty} is for a serial line, {port} and {host} for TCP");
  const within = parseDuration(flags["spawn-within"]);
  return { type: "spawn", command, as, within, fakeTime: flags.faketime, log: flags["spawn-log"] };
}

/** Each with what it does not go with, and why. */
function refuseWhatDoesNotGoTogether(flags: ReplayFlags): void {
  const live = flags.to !== undefined || flags.listen !== undefined || flags.spawn !== undefined;
  const refusals: readonly (readonly [when: boolean, why: string])[] = [
    [live && flags.twice, "--twice needs a subject: a live program is never the same twice"],
    [live && flags.step, "--step needs a subject: a live program cannot be held"],
    [live && flags.ui, "--ui needs a subject: a live program cannot be held"],
    [flags.ui && flags.speed === "max", "--ui plays on a clock: give --speed a number, as in --speed 10"],
    [
      flags.ui && (flags.out !== undefined || flags.against !== undefined || flags.twice),
      "--ui only shows: leave out --out, --against and --twice",
    ],
    [live && flags.break !== undefined, "--break needs a subject: a live program cannot be held"],
    [live && flags.options !== undefined, "--options are a subject's: a live program has none"],
    [live && flags.loop !== undefined, "--loop needs a subject"],
    [flags.step && flags.json, "--step is for people: it prints no JSON"],
    [
      flags.step && (flags.out !== undefined || flags.against !== undefined || flags.twice),
      "--step only shows: leave out --out, --against and --twice",
    ],
    [flags.loop !== undefined && flags.out !== undefined, "--out holds one round: leave out --loop"],
    [flags.loop !== undefined && flags.twice, "--twice plays twice by itself: leave out --loop"],
    [
      flags.tolerance !== undefined && flags.against === undefined && !live,
      "--tolerance is for --against, --to, --listen and --spawn",
    ],
  ];
  for (const [when, why] of refusals) if (when) throw usage(why);
}

function usage(message: string, hint?: string): FieldtapeError {
  return new FieldtapeError("USAGE", message, hint === undefined ? {} : { hint });
}
