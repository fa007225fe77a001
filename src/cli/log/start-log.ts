import { SystemClock, SystemWallClock } from "../../time/system-clock.ts";
import { LOG_LEVELS, type LogLevel, RunLog } from "./run-log.ts";

/** The log of this run. Nothing is loaded or opened before its first entry. */
export function startLog(options: { readonly level: LogLevel; readonly command: string }): RunLog {
  const wall = new SystemWallClock();
  const began = wall.wallNow();
  return new RunLog({
    level: options.level,
    wallNow: () => wall.wallNow(),
    open: async () => {
      const { openLogFile } = await import("./log-file.ts");
      return openLogFile({ command: options.command, began, clock: new SystemClock({ sleep: "coarse" }) });
    },
  });
}

/** What `--log-level` said, as far as it is one. */
export function logLevel(value: unknown): LogLevel {
  return LOG_LEVELS.find((level) => level === value) ?? "info";
}
