import { realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { formatIso, parseIso } from "../../time/iso.ts";
import type { NotedCommit } from "./release-notes.ts";
import { runCommand } from "./run-command.ts";

/** Commits that notes are made of. */
const COMMITS_MAX = 5_000;

/** A project that is, or lies in, a working tree of git. */
export class GitProject {
  /** Of the working tree. */
  readonly top: string;
  /** The project's folder. */
  readonly folder: string;
  private readonly signal: AbortSignal;

  private constructor(top: string, folder: string, signal: AbortSignal) {
    this.top = top;
    this.folder = folder;
    this.signal = signal;
  }

  /** @throws FieldtapeError USAGE where there is none */
  static async at(folder: string, signal: AbortSignal): Promise<GitProject> {
    const place = await realpath(folder);
    try {
      const top = (await git(place, ["rev-parse", "--show-toplevel"], signal)).trim();
      return new GitProject(top, place, signal);
    } catch (cause) {
      throw new FieldtapeError("USAGE", "a release is made of a project in git", { file: folder, cause });
    }
  }

  /** The same project in a checkout of the whole tree. */
  within(checkout: string): string {
    return join(checkout, relative(this.top, this.folder));
  }

  async head(): Promise<string> {
    return (await this.git(["rev-parse", "HEAD"])).trim();
  }

  async branch(): Promise<string | undefined> {
    const name = (await this.git(["rev-parse", "--abbrev-ref", "HEAD"])).trim();
    return name === "HEAD" ? undefined : name;
  }

  /** Whether git knows in whose name it commits and tags. */
  isIdentified(): Promise<boolean> {
    return this.git(["var", "GIT_COMMITTER_IDENT"]).then(
      () => true,
      () => false,
    );
  }

  /** What is not committed, the folder of releases left aside. */
  async changes(out: string): Promise<readonly string[]> {
    const text = await this.git(["status", "--porcelain", "-z", "--", ".", `:(exclude)${out}`]);
    return text.split("\0").filter((line) => line !== "");
  }

  /** The tags of this pattern, each with the commit that it names. */
  async tags(pattern: string): Promise<ReadonlyMap<string, string>> {
    const format = "--format=%(refname:strip=2)%00%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)";
    const lines = (await this.git(["for-each-ref", format, `refs/tags/${pattern}`])).split("\n");
    return new Map(
      lines.filter((line) => line !== "").map((line) => [line.split("\0")[0] ?? "", line.split("\0")[1] ?? ""]),
    );
  }

  /** The newest of these tags that `commit` comes after; `undefined`: none. */
  async tagBefore(commit: string, pattern: string): Promise<string | undefined> {
    const args = ["describe", "--tags", "--abbrev=0", `--match=${pattern}`, commit];
    return this.git(args).then(
      (text) => text.trim(),
      () => undefined,
    );
  }

  /** Of the project's folder, newest first; merges say nothing of their own. */
  async commitsSince(tag: string | undefined, commit: string): Promise<readonly NotedCommit[]> {
    const range = tag === undefined ? commit : `refs/tags/${tag}..${commit}`;
    const own = this.folder === this.top ? [] : ["--", "."];
    const format = ["-z", "--no-merges", `--max-count=${COMMITS_MAX}`, "--format=%H%x00%s"];
    const parts = (await this.git(["log", ...format, range, ...own])).split("\0");
    return Array.from({ length: Math.floor(parts.length / 2) }, (_, index) => ({
      sha: parts[2 * index] ?? "",
      subject: parts[2 * index + 1] ?? "",
    }));
  }

  /** When a commit was made, in UTC to the second. */
  async dateOf(commit: string): Promise<string> {
    const text = (await this.git(["show", "--no-patch", "--format=%cI", commit])).trim();
    return formatIso(parseIso(text) ?? 0n, 0);
  }

  git(args: readonly string[]): Promise<string> {
    return git(this.folder, args, this.signal);
  }
}

/** What git prints; it asks nobody, and runs no hooks of the project. */
export function git(folder: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const command = ["git", "-c", "core.hooksPath=/dev/null", ...args];
  return runCommand(command, { folder, signal, capture: true, env: { LC_ALL: "C", GIT_TERMINAL_PROMPT: "0" } });
}
