import { Flags } from "@oclif/core";

/** What every `record` command takes. */
export const RECORD_FLAGS = {
  output: Flags.string({
    char: "o",
    description: "the tape (default: named for the source and the time, in this folder)",
    helpValue: "FILE",
  }),
  force: Flags.boolean({ description: "overwrite an existing tape" }),
  continue: Flags.boolean({
    description: "go on with this tape if it is there, in a new segment: what was not recorded meanwhile is a gap",
    dependsOn: ["output"],
    exclusive: ["force"],
  }),
  name: Flags.string({ description: "name of the channel", helpValue: "NAME" }),
  also: Flags.string({
    description: "record this too, on the same tape and clock (several times if you like)",
    helpValue: "SOURCE",
    multiple: true,
    multipleNonGreedy: true,
  }),
  events: Flags.string({
    description:
      "take your application's own events, a line of JSON or text each: a file that grows, unix:PATH, a named pipe, or -",
    helpValue: "FILE|unix:PATH|-",
    multiple: true,
    multipleNonGreedy: true,
  }),
  decode: Flags.string({
    description: "add what this subject makes of it, as a later replay will",
    helpValue: "SUBJECT",
  }),
  options: Flags.string({ description: "settings of that subject", helpValue: "JSON|@FILE", dependsOn: ["decode"] }),
  redact: Flags.string({
    description: "take out what must not be recorded, before it reaches the tape; --decode tells the fields",
    helpValue: "PROFILE",
  }),
  duration: Flags.string({ description: "stop by itself after so long", helpValue: "10m" }),
  rotate: Flags.string({
    description: "go on in a new segment after so much or so long",
    helpValue: "100MB|10m",
    multiple: true,
    multipleNonGreedy: true,
  }),
  "keep-last": Flags.integer({
    description: "keep so many segments and remove older ones",
    helpValue: "N",
    min: 1,
    max: 1_000_000,
  }),
  compress: Flags.boolean({ description: "compress each segment when the next has begun" }),
  "when-behind": Flags.string({
    description:
      "when the disk does not keep up: leave a counted gap on the tape, or hold the traffic up (default: gap; stdin waits)",
    options: ["gap", "wait"],
  }),
  buffer: Flags.string({ description: "memory that may wait for the disk", helpValue: "64MiB", default: "64MiB" }),
  meta: Flags.string({
    description: "put this into the tape's header",
    helpValue: "KEY=VALUE",
    multiple: true,
    multipleNonGreedy: true,
  }),
  control: Flags.string({
    description: "let other programs of yours watch and steer it over this local socket",
    helpValue: "unix:PATH",
  }),
  ui: Flags.boolean({
    description: "watch and steer it on a screen; the recording goes on when the screen dies",
    exclusive: ["json", "quiet"],
  }),
  service: Flags.boolean({
    description:
      "for long runs with nobody looking on: wait for the device, connect again, go on with the tape of --output, tell systemd (sd_notify) how it goes",
    exclusive: ["ui"],
  }),
  quiet: Flags.boolean({ char: "q", description: "no progress on stderr" }),
} as const;

/** How TCP connections are made and kept. */
export const TCP_FLAGS = {
  nodelay: Flags.boolean({
    description: "send at once rather than gather (TCP_NODELAY)",
    default: true,
    allowNo: true,
  }),
  keepalive: Flags.string({
    description: "ask an idle end after so long whether it still lives; 0: never",
    helpValue: "60s",
    default: "60s",
  }),
  "connect-timeout": Flags.string({
    description: "give up connecting after so long; 0: as long as the system tries",
    helpValue: "10s",
    default: "10s",
  }),
  "connections-max": Flags.integer({
    description: "refuse connections beyond so many at a time",
    helpValue: "N",
    default: 1024,
    min: 1,
    max: 100_000,
  }),
} as const;

export const RECORD_KEYS =
  "m puts a mark, r begins a new segment, q or Ctrl-C stops; so do the signals USR2, HUP and INT.";
