import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { type Finished, fieldtape, type Running, startFieldtape } from "./command-line.ts";
import { ReleaseShop } from "./release-shop.ts";

const PROGRAM = resolve(import.meta.dirname, "../../bin/run.js");

const BUILD = `import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
const { version } = JSON.parse(readFileSync("package.json", "utf8"));
mkdirSync("dist", { recursive: true });
writeFileSync("dist/app.mjs", \`console.log(JSON.stringify({ app: "\${version}", data_schema: 2 }));\\n\`);
`;
/** Fails, or waits for ever, while a file outside the project asks for it. */
const CHECK = `import { existsSync } from "node:fs";
const [switches, step] = process.argv.slice(2);
console.error("at " + step);
if (existsSync(switches + "/fail-" + step)) process.exit(7);
if (existsSync(switches + "/hang-" + step)) setInterval(() => {}, 1e6);
`;

/** A small product in git that makes its releases with fieldtape, and a shop with the keys for it. */
export class ReleaseProject {
  readonly shop: ReleaseShop;
  readonly folder: string;

  private constructor(shop: ReleaseShop, folder: string) {
    this.shop = shop;
    this.folder = folder;
  }

  static async open(folder: string): Promise<ReleaseProject> {
    const shop = await ReleaseShop.open(folder);
    const project = new ReleaseProject(shop, join(folder, "meter"));
    mkdirSync(project.folder);
    const at = { name: "meter", version: "1.0.0" };
    const check = (step: string): readonly string[] => ["node", "check.mjs", folder, step];
    const upload = [
      "node",
      "-e",
      'process.exit(require("fs").existsSync(process.argv[1]) ? 8 : 0)',
      join(folder, "fail-upload"),
    ];
    const release = {
      product: "gateway",
      tests: [check("tests")],
      build: [check("build"), ["node", "build.mjs"]],
      versions: ["node", "dist/app.mjs"],
      payload: ["dist", "docs", "package.json"],
      upload: [...upload, "{repository}", "{version}"],
    };
    mkdirSync(join(project.folder, "docs"));
    // Together more than a small disk takes in one file, alone less.
    for (const page of ["a", "b", "c", "d"]) project.write({ [`docs/${page}.txt`]: page.repeat(3_000) });
    project.write({
      "package.json": `${JSON.stringify({ ...at, type: "module" }, undefined, 2)}\n`,
      "package-lock.json": `${JSON.stringify({ ...at, lockfileVersion: 3, requires: true, packages: { "": at } }, undefined, 2)}\n`,
      "build.mjs": BUILD,
      "check.mjs": CHECK,
      "fieldtape.config.json": JSON.stringify({ release }),
      ".gitignore": ".fieldtape\n",
    });
    project.git("init", "--quiet", "--initial-branch=main");
    project.git("config", "user.name", "Ada");
    project.git("config", "user.email", "ada@example.org");
    project.commit("meter: the first frame");
    return project;
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, name), text);
  }

  commit(subject: string): void {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--allow-empty", "-m", subject);
  }

  git(...args: readonly string[]): string {
    return execFileSync("git", args, { cwd: this.folder, encoding: "utf8" }).trim();
  }

  /** What a test asks a step to do: `fail-tests`, `hang-build`, … */
  ask(name: string): string {
    const file = join(this.shop.folder, name);
    writeFileSync(file, "");
    return file;
  }

  private arguments(more: readonly string[]): readonly string[] {
    const keys = ["r1.key", "r2.key"].flatMap((key) => ["--key", join("..", key)]);
    const publisher = ["--timestamp-key", "../time.key", "--trust", "../1.root.json", "--repo", "../repo"];
    return ["release", "--json", ...keys, ...publisher, ...more];
  }

  release(...more: readonly string[]): Promise<Finished> {
    return fieldtape(this.arguments(more), { cwd: this.folder });
  }

  /** On a disk that takes files of 8 KiB and no larger. */
  async releaseOnSmallDisk(...more: readonly string[]): Promise<{ code: unknown; stderr: string }> {
    const limited = ["-c", 'ulimit -f 16; exec "$0" "$@"', process.execPath, PROGRAM, ...this.arguments(more)];
    return promisify(execFile)("sh", limited, { cwd: this.folder }).then(
      ({ stderr }) => ({ code: 0, stderr }),
      ({ code, stderr }) => ({ code, stderr }),
    );
  }

  /** A release that is killed right before or after it has git do this. */
  async releaseKilledAt(
    when: "before" | "after",
    word: string,
    ...more: readonly string[]
  ): Promise<NodeJS.Signals | null> {
    const own = join(this.shop.folder, "own-git");
    const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
    const asked = when === "before" ? "" : `${real} "$@"\n`;
    mkdirSync(own, { recursive: true });
    // The word of git's own stands behind `-c core.hooksPath=…`.
    const script = `#!/bin/sh\nif [ "$3" != ${word} ]; then exec ${real} "$@"; fi\n${asked}kill -9 $PPID\n`;
    writeFileSync(join(own, "git"), script, { mode: 0o755 });
    const env = { PATH: `${own}:${process.env["PATH"]}` };
    const { child, finished } = startFieldtape(this.arguments(more), { cwd: this.folder, env });
    child.stdin.end();
    await finished;
    return child.signalCode;
  }

  start(...more: readonly string[]): Running {
    return startFieldtape(this.arguments(more), { cwd: this.folder });
  }

  /** Everything that a release could have changed: git, the working tree, what devices see, and finished releases. */
  standing(): unknown {
    const timestamp = join(this.shop.folder, "repo", "timestamp.json");
    const releases = join(this.folder, ".fieldtape", "release");
    return {
      refs: this.git("for-each-ref"),
      head: this.git("rev-parse", "HEAD"),
      status: this.git("status", "--porcelain"),
      version: readFileSync(join(this.folder, "package.json"), "utf8"),
      published: existsSync(timestamp) ? readFileSync(timestamp, "utf8") : "nothing",
      finished: existsSync(releases) ? readdirSync(releases).filter((name) => name !== "work") : [],
    };
  }
}
