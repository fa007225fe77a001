/** What a unit for a long recording says. */
export interface SystemdUnitOptions {
  /** The whole command line, as an argument list: `["/usr/bin/node", ".../bin/run.js", "record", "tcp", …, "--service"]`. */
  readonly command: readonly string[];
  readonly description: string;
  /** Where tapes are written: the recording's working folder, absolute. */
  readonly folder: string;
  /** Whose account it runs under; absent: the one that starts it (a unit of the user). */
  readonly user?: string;
  /** In whole seconds: a recorder that is silent for so long is restarted. */
  readonly watchdog?: number;
}

/** In whole seconds. */
const WATCHDOG_USUAL = 10;

/**
 * The text of a systemd service unit (systemd.service(5)) that keeps a recording going: told by `sd_notify` that it has begun and
 * still lives, restarted whenever it ends otherwise than by being stopped, at most five times in a minute.
 */
export function systemdUnit(options: SystemdUnitOptions): string {
  const { command, description, folder, user, watchdog = WATCHDOG_USUAL } = options;
  return [
    "[Unit]",
    `Description=${oneLine(description).replaceAll("%", "%%")}`,
    "After=network-online.target",
    "Wants=network-online.target",
    // As many restarts as the screen's own supervisor allows: then it stays down, and is seen to be down.
    "StartLimitIntervalSec=60",
    "StartLimitBurst=5",
    "",
    "[Service]",
    "Type=notify",
    // What tells systemd how it goes is a program that the recorder starts.
    "NotifyAccess=all",
    `ExecStart=${command.map(unitWord).join(" ")}`,
    `WorkingDirectory=${oneLine(folder).replaceAll("%", "%%")}`,
    ...(user === undefined ? [] : [`User=${oneLine(user)}`]),
    "Restart=always",
    "RestartSec=1",
    // Malformed input or usage does not heal by trying again.
    "RestartPreventExitStatus=2",
    `WatchdogSec=${watchdog}`,
    "WatchdogSignal=SIGKILL",
    // A stop closes the tape; what compresses the last segments is let finish.
    "KillSignal=SIGINT",
    "TimeoutStopSec=60",
    "UMask=0077",
    "NoNewPrivileges=true",
    "",
    "[Install]",
    `WantedBy=${user === undefined ? "default.target" : "multi-user.target"}`,
    "",
  ].join("\n");
}

/** systemd.service(5), "Command lines": quoted words know C escapes; `%` begins a specifier, `$` a variable. */
function unitWord(word: string): string {
  const escaped = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  if (/^[A-Za-z0-9_@:.,/=+$%-]+$/.test(escaped)) return escaped;
  const inner = escaped.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  return `"${inner}"`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
