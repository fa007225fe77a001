import { Flags } from "@oclif/core";
import { IN_PROCESS_FLAG } from "../in-process-flag.ts";
import { LOCAL_FLAG } from "../local-flag.ts";

/** What `replay` takes. The plan makes one typed value of it. */
export const REPLAY_FLAGS = {
  subject: Flags.string({
    char: "s",
    description: "what the tape is played into (default: the configuration's)",
    helpValue: "NAME",
  }),
  options: Flags.string({ description: "settings of the subject", helpValue: "JSON|@FILE" }),
  ...IN_PROCESS_FLAG,
  seed: Flags.integer({ description: "seeds whatever chance the subject needs", default: 0, min: 0 }),
  speed: Flags.string({
    description: "times as fast as it was; max: as fast as the processor goes (default; to a live program 1)",
    helpValue: "max|N",
  }),
  from: Flags.string({
    description: "begin here: 12.5s, +90ms, 2026-11-20T12:00:00Z, line:120 or mark:LABEL",
    helpValue: "POSITION",
    helpGroup: "PART",
  }),
  until: Flags.string({ description: "stop here, without an end", helpValue: "POSITION", helpGroup: "PART" }),
  channel: Flags.string({
    description: "only this channel, by number or name (several times if you like)",
    helpValue: "CHANNEL",
    helpGroup: "PART",
    multiple: true,
    multipleNonGreedy: true,
  }),
  dir: Flags.string({ description: "only this direction", options: ["rx", "tx"], helpGroup: "PART" }),
  play: Flags.string({
    description:
      "what a participant or a live program hears: rx, or tx turned round, so that it stands in for the device",
    options: ["rx", "tx"],
    default: "rx",
    helpGroup: "PART",
  }),
  rechunk: Flags.string({
    description: "cut the reads of streams anew: the same frames must come out",
    helpValue: "joined|N|random:SEED",
    helpGroup: "PART",
  }),
  "max-gap": Flags.string({
    description: "wait at most so long for the next record; what comes out keeps its time",
    helpValue: "2s",
    helpGroup: "TIME",
  }),
  drain: Flags.string({
    description: "let time run on for so long after the last record",
    helpValue: "1s",
    default: "1s",
    helpGroup: "TIME",
  }),
  loop: Flags.string({
    description: "play it N times, or without N until Ctrl-C",
    helpValue: "[N]",
    helpGroup: "TIME",
  }),
  time: Flags.string({
    description:
      "computed: leave out the recorded moments at which time had passed, and fire the subject's deadlines instead",
    options: ["recorded", "computed"],
    default: "recorded",
    helpGroup: "TIME",
  }),
  step: Flags.boolean({
    description: "one record or deadline at a time: keys on a terminal, else commands from standard input",
    helpGroup: "LOOK",
  }),
  ui: Flags.boolean({
    description: "play it on a screen: play, pause, step, back, seek; hex beside frames beside state",
    exclusive: ["step", "dry-run", "json"],
    helpGroup: "LOOK",
  }),
  break: Flags.string({
    description: "stop right after the first record or output that matches this predicate",
    helpValue: "EXPR",
    helpGroup: "LOOK",
  }),
  "on-break": Flags.string({
    description: "stop there (default), put a mark there and go on, or exit with 1",
    options: ["stop", "mark", "exit"],
    dependsOn: ["break"],
    helpGroup: "LOOK",
  }),
  "dry-run": Flags.boolean({
    description: "only say what would be played, and what is odd about it",
    helpGroup: "LOOK",
  }),
  ...LOCAL_FLAG,
  snapshots: Flags.boolean({
    description: "keep snapshots beside the tape, so that the next seek is quick",
    default: true,
    allowNo: true,
    helpGroup: "LOOK",
  }),
  out: Flags.string({
    char: "o",
    description: "write what comes out to this tape",
    helpValue: "TAPE",
    helpGroup: "RESULT",
  }),
  force: Flags.boolean({ description: "overwrite it", dependsOn: ["out"], helpGroup: "RESULT" }),
  against: Flags.string({
    description: "compare what comes out with this golden or tape; exit 1 at the first divergence",
    helpValue: "TAPE",
    helpGroup: "RESULT",
  }),
  tolerance: Flags.string({
    description: "let what is compared be so much earlier or later",
    helpValue: "5ms",
    helpGroup: "RESULT",
  }),
  policy: Flags.string({
    description:
      "how what a participant or a live program sends is held against the tape: byte by byte, by the frames' fields of --match, byte by byte with the next bytes waiting for it, or not",
    options: ["strict", "match", "wait", "none"],
    helpGroup: "RESULT",
  }),
  match: Flags.string({
    description: "policy match: the framer that reads what is sent, and the fields that must be alike",
    helpValue: "SUBJECT:FIELD,FIELD",
    helpGroup: "RESULT",
  }),
  patience: Flags.string({
    description: "policy wait: for so long",
    helpValue: "10s",
    default: "10s",
    helpGroup: "RESULT",
  }),
  twice: Flags.boolean({ description: "play it twice; exit 4 if one byte differs", helpGroup: "RESULT" }),
  to: Flags.string({
    description: "play the bytes to a live program instead of a subject",
    helpValue: "tcp:HOST:PORT|serial:PORT[,BAUD,8N1]",
    helpGroup: "LIVE PROGRAM",
    exclusive: ["listen", "spawn", "subject"],
  }),
  listen: Flags.string({
    description: "the same to programs that connect here",
    helpValue: "tcp:[HOST:]PORT",
    helpGroup: "LIVE PROGRAM",
    exclusive: ["to", "spawn", "subject"],
  }),
  spawn: Flags.string({
    description:
      "the same to a program that is started for it: its arguments are cut at blanks and quotes, never by a shell; {port}, {host} and {pty} in them say where the two meet, and so do FIELDTAPE_PORT, FIELDTAPE_HOST and FIELDTAPE_PTY",
    helpValue: "CMD",
    helpGroup: "LIVE PROGRAM",
    exclusive: ["to", "listen", "subject"],
  }),
  "spawn-as": Flags.string({
    description:
      "it listens on the port that it is told (default with {port}), connects to that port, or opens a pseudo-terminal as its serial port (default with {pty}; needs socat)",
    options: ["server", "client", "pty"],
    dependsOn: ["spawn"],
    helpGroup: "LIVE PROGRAM",
  }),
  "spawn-within": Flags.string({
    description: "it must be reached within so long",
    helpValue: "10s",
    default: "10s",
    helpGroup: "LIVE PROGRAM",
  }),
  "spawn-log": Flags.string({
    description: "keep what it says on stdout and stderr in this file (its last words are told anyway when it fails)",
    helpValue: "FILE",
    dependsOn: ["spawn"],
    helpGroup: "LIVE PROGRAM",
  }),
  faketime: Flags.boolean({
    description: "let its date begin where the tape begins, and run as fast as the replay (needs faketime)",
    dependsOn: ["spawn"],
    helpGroup: "LIVE PROGRAM",
  }),
} as const;

/** `--loop` may stand alone: then it has no end. The command framework knows no flags with a value that may be left out. */
export function withLoopValue(argv: readonly string[]): string[] {
  return argv.flatMap((word, index) => {
    const next = argv[index + 1];
    const alone = word === "--loop" && (next === undefined || !/^[0-9]+$/.test(next));
    return alone ? ["--loop", "endless"] : [word];
  });
}
