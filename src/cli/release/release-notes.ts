/** One commit, as the notes see it. */
export interface NotedCommit {
  readonly sha: string;
  /** Its first line. */
  readonly subject: string;
}

export interface NotesOptions {
  readonly version: string;
  /** The tag before; absent: this is the first release. */
  readonly since: string | undefined;
  /** Characters that the whole text may have. */
  readonly lengthMax: number;
}

/** A prefix as `cli: subject`, `ota device: subject` or `feat(cli)!: subject` have it. */
const PREFIX = /^(?<prefix>[a-z][a-z0-9 ,._/-]{0,39})(?:\([^)]{0,40}\))?!?: (?<rest>.+)$/i;
const OTHER = "other";
/** Of one subject; git sets no limit. */
const SUBJECT_MAX = 200;

/**
 * What is new, in Markdown: the subjects of the commits since the last release, by their prefix, newest first within each. What does
 * not fit is counted.
 */
export function releaseNotes(commits: readonly NotedCommit[], { version, since, lengthMax }: NotesOptions): string {
  const head = `# ${version}\n\n${since === undefined ? "The first release." : `Changes since ${since}.`}\n`;
  const groups = new Map<string, string[]>();
  for (const { sha, subject } of commits) {
    const { prefix, rest } = PREFIX.exec(subject)?.groups ?? { prefix: OTHER, rest: subject };
    const name = (prefix ?? OTHER).toLowerCase();
    const line = `- ${shortened(plain(rest ?? ""))} (${sha.slice(0, 10)})\n`;
    groups.set(name, [...(groups.get(name) ?? []), line]);
  }
  const names = [...groups.keys()].toSorted((a, b) => rank(a, b));
  const pieces = names.flatMap((name) => [`\n## ${name}\n\n`, ...(groups.get(name) ?? [])]);
  return fitted(head, pieces, lengthMax);
}

/** By code unit; what has no prefix comes last. */
function rank(a: string, b: string): number {
  if ((a === OTHER) !== (b === OTHER)) return a === OTHER ? 1 : -1;
  return a < b ? -1 : Number(a > b);
}

function fitted(head: string, pieces: readonly string[], lengthMax: number): string {
  const isSubject = (piece: string): boolean => piece.startsWith("- ");
  const more = (count: number): string => `\n…and ${count} more.\n`;
  let text = head;
  for (const [index, piece] of pieces.entries()) {
    const left = pieces.slice(index).filter(isSubject).length;
    if (text.length + piece.length + more(left).length > lengthMax) return text + more(left);
    text += piece;
  }
  return text;
}

/** No control characters: notes are shown on terminals. */
function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ").trim();
}

function shortened(text: string): string {
  return text.length <= SUBJECT_MAX ? text : `${text.slice(0, SUBJECT_MAX - 1)}…`;
}
