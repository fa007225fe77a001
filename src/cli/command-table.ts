import type { Command } from "@oclif/core";
import { Demo } from "./commands/demo.ts";
import { Export } from "./commands/export.ts";
import { Import } from "./commands/import.ts";
import { RecordSerial } from "./commands/record/serial.ts";
import { RecordStdin } from "./commands/record/stdin.ts";
import { RecordTcp } from "./commands/record/tcp.ts";
import { Replay } from "./commands/replay.ts";
import { Simulate } from "./commands/simulate.ts";
import { SuiteAccept } from "./commands/suite/accept.ts";
import { SuiteList } from "./commands/suite/list.ts";
import { SuiteRun } from "./commands/suite/run.ts";
import { TapeAttach } from "./commands/tape/attach.ts";
import { TapeCheck } from "./commands/tape/check.ts";
import { TapeCut } from "./commands/tape/cut.ts";
import { TapeInspect } from "./commands/tape/inspect.ts";
import { TapeMerge } from "./commands/tape/merge.ts";
import { TapeRecover } from "./commands/tape/recover.ts";
import { TapeSeal } from "./commands/tape/seal.ts";

/** Every command by its name; a colon stands for the blank between topic and command. */
export const COMMANDS: Readonly<Record<string, Command.Class>> = {
  export: Export,
  import: Import,
  demo: Demo,
  "record:serial": RecordSerial,
  "record:stdin": RecordStdin,
  "record:tcp": RecordTcp,
  replay: Replay,
  simulate: Simulate,
  "suite:accept": SuiteAccept,
  "suite:list": SuiteList,
  "suite:run": SuiteRun,
  "tape:attach": TapeAttach,
  "tape:check": TapeCheck,
  "tape:cut": TapeCut,
  "tape:inspect": TapeInspect,
  "tape:merge": TapeMerge,
  "tape:recover": TapeRecover,
  "tape:seal": TapeSeal,
};
