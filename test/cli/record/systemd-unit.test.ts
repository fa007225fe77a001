import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { systemdUnit } from "../../../src/cli/record/systemd-unit.ts";
import { needs } from "../../needs.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const unit = (...command: string[]): string =>
  systemdUnit({ command, description: "site recorder", folder: "/var/lib/site", user: "recorder" });

describe("the unit of a recording", () => {
  test("says that systemd is told when it records, and that it is restarted with a cap", () => {
    const text = unit(
      "/usr/bin/node",
      "/opt/fieldtape/bin/run.js",
      "record",
      "tcp",
      "--to",
      "10.0.0.7:502",
      "--service",
    );
    expect(text.split("\n")).toEqual(
      expect.arrayContaining([
        "Type=notify",
        "ExecStart=/usr/bin/node /opt/fieldtape/bin/run.js record tcp --to 10.0.0.7:502 --service",
        "Restart=always",
        "StartLimitBurst=5",
        "WatchdogSec=10",
        "User=recorder",
        "WantedBy=multi-user.target",
      ]),
    );
  });

  test("keeps words whole that hold blanks, quotes, variables and specifiers", () => {
    const [line] = unit("/bin/a", 'pump "one"', "100%", "$HOME", "a\\ b", "").match(/^ExecStart=.*$/m) ?? [];
    expect(line).toBe('ExecStart=/bin/a "pump \\"one\\"" 100%% $$HOME "a\\\\ b" ""');
  });

  test("lets no line break in a description add a line of its own", () => {
    const text = systemdUnit({ command: ["/bin/a"], description: "a\nExecStartPre=/bin/b", folder: "/x\nUser=root" });
    expect(text.split("\n").filter((line) => /^(ExecStartPre|User)=/.test(line))).toEqual([]);
  });

  needs("systemd-analyze")("is one that systemd understands", () => {
    const file = join(temporaryFolder(), "recorder.service");
    writeFileSync(
      file,
      systemdUnit({ command: [process.execPath, "a b"], description: "d", folder: "/tmp", user: "root" }),
    );
    const { stderr, stdout } = spawnSync("systemd-analyze", ["verify", file], { encoding: "utf8" });
    expect(`${stdout}${stderr}`.split("\n").filter((line) => line.includes("recorder.service"))).toEqual([]);
  });
});
