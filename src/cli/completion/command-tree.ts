import type { Command } from "@oclif/core";

/** What may stand where a value is wanted. */
export type ValueKind =
  | { readonly type: "words"; readonly words: readonly string[] }
  | { readonly type: "file" }
  | { readonly type: "folder" }
  | { readonly type: "anything" };

export interface CompletedFlag {
  /** `--filter` */
  readonly name: string;
  /** `-o` */
  readonly short: string | undefined;
  readonly about: string;
  /** Absent: it takes no value. */
  readonly value: ValueKind | undefined;
  readonly repeated: boolean;
}

/** A command (`suite run`) or a topic (`suite`, or nothing at all). */
export interface CompletedNode {
  /** The words behind the program's name, joined by blanks; `""` for the program itself. */
  readonly path: string;
  /** What may come next, in order; none: it is a command. */
  readonly next: readonly { readonly word: string; readonly about: string }[];
  readonly flags: readonly CompletedFlag[];
  /** What its arguments may be. */
  readonly argument: ValueKind | undefined;
}

/** What a command line is completed from: everything that the program says of itself. */
export interface CommandTree {
  readonly program: string;
  readonly nodes: readonly CompletedNode[];
}

export interface TreeSource {
  readonly program: string;
  readonly commands: readonly Command.Loadable[];
  readonly topics: readonly { readonly name: string; readonly description?: string | undefined }[];
  /** What `--subject` takes. */
  readonly subjects: readonly string[];
}

const FILES = /^(FILE|TAPE|PKG|ROOT|ROOT\.json|KEY|PATH)(\||$)|@FILE/;
const FOLDERS = /^DIR(\||$)/;

export function commandTree({ program, commands, topics, subjects }: TreeSource): CommandTree {
  const shown = commands.filter(({ hidden }) => hidden !== true).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const about = new Map(topics.map(({ name, description }) => [name, description ?? ""]));
  for (const { id, summary } of shown) about.set(id, summary ?? "");
  const inner = new Set(shown.flatMap(({ id }) => prefixes(id)));
  const leaves = shown.map((command) => leaf(command, subjects));
  const topicNodes = [...inner].toSorted().map((id) => ({
    path: id.replaceAll(":", " "),
    next: nextWords(id, [...about.keys()]).map((word) => ({
      word,
      about: about.get(id === "" ? word : `${id}:${word}`) ?? "",
    })),
    flags: [],
    argument: undefined,
  }));
  return { program, nodes: [...topicNodes, ...leaves] };
}

/** `a:b:c` → ``, `a`, `a:b`: the topics that a command is in. */
function prefixes(id: string): readonly string[] {
  const parts = id.split(":");
  return parts.map((_, index) => parts.slice(0, index).join(":"));
}

function nextWords(topic: string, ids: readonly string[]): readonly string[] {
  const inside =
    topic === "" ? ids : ids.filter((id) => id.startsWith(`${topic}:`)).map((id) => id.slice(topic.length + 1));
  return [...new Set(inside.map((id) => id.split(":")[0] ?? id))].toSorted();
}

function leaf({ id, flags, args }: Command.Loadable, subjects: readonly string[]): CompletedNode {
  const [first] = Object.values(args);
  const named = first?.options;
  return {
    path: id.replaceAll(":", " "),
    next: [],
    flags: Object.values(flags)
      .filter(({ hidden }) => hidden !== true)
      .flatMap((flag) => flagsOf(flag, subjects))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    argument:
      first === undefined ? undefined : named === undefined ? { type: "file" } : { type: "words", words: named },
  };
}

function flagsOf(flag: Command.Flag.Cached, subjects: readonly string[]): readonly CompletedFlag[] {
  const about = flag.summary ?? flag.description ?? "";
  const common = { short: flag.char === undefined ? undefined : `-${flag.char}`, about };
  if (flag.type === "option") {
    const value = valueKind(flag, subjects);
    return [{ name: `--${flag.name}`, ...common, value, repeated: flag.multiple === true }];
  }
  const yes = { name: `--${flag.name}`, ...common, value: undefined, repeated: false };
  return flag.allowNo === true ? [yes, { ...yes, name: `--no-${flag.name}`, short: undefined }] : [yes];
}

type OptionFlag = Extract<Command.Flag.Cached, { readonly type: "option" }>;

function valueKind({ name, options, helpValue }: OptionFlag, subjects: readonly string[]): ValueKind {
  if (options !== undefined) return { type: "words", words: options };
  const shown = typeof helpValue === "string" ? helpValue : "";
  if (name === "subject" || shown === "SUBJECT") return { type: "words", words: subjects };
  if (FILES.test(shown)) return { type: "file" };
  return FOLDERS.test(shown) ? { type: "folder" } : { type: "anything" };
}
