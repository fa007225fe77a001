import type { Command } from "@oclif/core";
import { BundleCreate } from "./commands/bundle/create.ts";
import { BundleImport } from "./commands/bundle/import.ts";
import { BundleInspect } from "./commands/bundle/inspect.ts";
import { BundleKey } from "./commands/bundle/key.ts";
import { BundleReproduce } from "./commands/bundle/reproduce.ts";
import { Completion } from "./commands/completion.ts";
import { ConfigCheck } from "./commands/config/check.ts";
import { ConfigMigrate } from "./commands/config/migrate.ts";
import { ConfigShow } from "./commands/config/show.ts";
import { Demo } from "./commands/demo.ts";
import { Doctor } from "./commands/doctor.ts";
import { Export } from "./commands/export.ts";
import { Import } from "./commands/import.ts";
import { OtaCrashMap } from "./commands/ota/crash-map.ts";
import { OtaDeviceConfirm } from "./commands/ota/device/confirm.ts";
import { OtaDeviceInstall } from "./commands/ota/device/install.ts";
import { OtaDeviceResume } from "./commands/ota/device/resume.ts";
import { OtaDeviceRollback } from "./commands/ota/device/rollback.ts";
import { OtaDeviceStatus } from "./commands/ota/device/status.ts";
import { OtaDeviceUpdate } from "./commands/ota/device/update.ts";
import { OtaKeyNew } from "./commands/ota/key/new.ts";
import { OtaKeyShow } from "./commands/ota/key/show.ts";
import { OtaReleaseInspect } from "./commands/ota/release/inspect.ts";
import { OtaReleasePack } from "./commands/ota/release/pack.ts";
import { OtaReleasePublish } from "./commands/ota/release/publish.ts";
import { OtaReleaseSign } from "./commands/ota/release/sign.ts";
import { OtaReleaseVerify } from "./commands/ota/release/verify.ts";
import { OtaRootNew } from "./commands/ota/root/new.ts";
import { OtaRootRotate } from "./commands/ota/root/rotate.ts";
import { OtaRootShow } from "./commands/ota/root/show.ts";
import { OtaRootSign } from "./commands/ota/root/sign.ts";
import { PluginCheck } from "./commands/plugin/check.ts";
import { PluginNew } from "./commands/plugin/new.ts";
import { RecordSerial } from "./commands/record/serial.ts";
import { RecordStdin } from "./commands/record/stdin.ts";
import { RecordTcp } from "./commands/record/tcp.ts";
import { Release } from "./commands/release.ts";
import { Replay } from "./commands/replay.ts";
import { ScenarioMinimise } from "./commands/scenario/minimise.ts";
import { ScenarioNew } from "./commands/scenario/new.ts";
import { Simulate } from "./commands/simulate.ts";
import { SuiteAccept } from "./commands/suite/accept.ts";
import { SuiteCompare } from "./commands/suite/compare.ts";
import { SuiteCoverage } from "./commands/suite/coverage.ts";
import { SuiteLint } from "./commands/suite/lint.ts";
import { SuiteList } from "./commands/suite/list.ts";
import { SuiteMerge } from "./commands/suite/merge.ts";
import { SuiteMigrate } from "./commands/suite/migrate.ts";
import { SuiteMinimise } from "./commands/suite/minimise.ts";
import { SuitePlay } from "./commands/suite/play.ts";
import { SuiteReview } from "./commands/suite/review.ts";
import { SuiteRun } from "./commands/suite/run.ts";
import { SuiteStrength } from "./commands/suite/strength.ts";
import { SuiteWorker } from "./commands/suite/worker.ts";
import { TapeAttach } from "./commands/tape/attach.ts";
import { TapeCheck } from "./commands/tape/check.ts";
import { TapeCut } from "./commands/tape/cut.ts";
import { TapeInspect } from "./commands/tape/inspect.ts";
import { TapeMerge } from "./commands/tape/merge.ts";
import { TapeRecover } from "./commands/tape/recover.ts";
import { TapeRedact } from "./commands/tape/redact.ts";
import { TapeSeal } from "./commands/tape/seal.ts";

/** Every command by its name; a colon stands for the blank between topic and command. */
export const COMMANDS: Readonly<Record<string, Command.Class>> = {
  "bundle:create": BundleCreate,
  "bundle:import": BundleImport,
  "bundle:inspect": BundleInspect,
  "bundle:key": BundleKey,
  "bundle:reproduce": BundleReproduce,
  export: Export,
  import: Import,
  completion: Completion,
  "config:check": ConfigCheck,
  "config:migrate": ConfigMigrate,
  "config:show": ConfigShow,
  demo: Demo,
  doctor: Doctor,
  "ota:device:confirm": OtaDeviceConfirm,
  "ota:device:install": OtaDeviceInstall,
  "ota:device:resume": OtaDeviceResume,
  "ota:device:rollback": OtaDeviceRollback,
  "ota:device:status": OtaDeviceStatus,
  "ota:device:update": OtaDeviceUpdate,
  "ota:crash-map": OtaCrashMap,
  "ota:key:new": OtaKeyNew,
  "ota:key:show": OtaKeyShow,
  "ota:release:inspect": OtaReleaseInspect,
  "ota:release:pack": OtaReleasePack,
  "ota:release:publish": OtaReleasePublish,
  "ota:release:sign": OtaReleaseSign,
  "ota:release:verify": OtaReleaseVerify,
  "ota:root:new": OtaRootNew,
  "ota:root:rotate": OtaRootRotate,
  "ota:root:show": OtaRootShow,
  "ota:root:sign": OtaRootSign,
  "plugin:check": PluginCheck,
  "plugin:new": PluginNew,
  "record:serial": RecordSerial,
  "record:stdin": RecordStdin,
  "record:tcp": RecordTcp,
  release: Release,
  replay: Replay,
  "scenario:minimise": ScenarioMinimise,
  "scenario:new": ScenarioNew,
  simulate: Simulate,
  "suite:accept": SuiteAccept,
  "suite:compare": SuiteCompare,
  "suite:coverage": SuiteCoverage,
  "suite:lint": SuiteLint,
  "suite:list": SuiteList,
  "suite:merge": SuiteMerge,
  "suite:migrate": SuiteMigrate,
  "suite:minimise": SuiteMinimise,
  "suite:play": SuitePlay,
  "suite:review": SuiteReview,
  "suite:run": SuiteRun,
  "suite:worker": SuiteWorker,
  "suite:strength": SuiteStrength,
  "tape:attach": TapeAttach,
  "tape:check": TapeCheck,
  "tape:cut": TapeCut,
  "tape:inspect": TapeInspect,
  "tape:merge": TapeMerge,
  "tape:recover": TapeRecover,
  "tape:redact": TapeRedact,
  "tape:seal": TapeSeal,
};
