import type { CommandTree, CompletedFlag, CompletedNode, ValueKind } from "./command-tree.ts";

/** For fish 3 and later. */
export function fishCompletion({ program, nodes }: CommandTree): string {
  const topics = nodes.filter(({ next }) => next.length > 0);
  return `# ${program} completion for fish: put it into ~/.config/fish/completions/${program}.fish
function __${program}_next
    switch "$argv[1]"
${topics.map(({ path, next }) => `        case ${quoted(path)}\n            string split ' ' ${quoted(next.map(({ word }) => word).join(" "))}`).join("\n")}
    end
end

function __${program}_path
    set -l path
    for word in (commandline -opc)[2..]
        contains -- $word (__${program}_next "$path"); or break
        set -a path $word
    end
    echo "$path"
end

function __${program}_at
    test (__${program}_path) = "$argv[1]"
end

complete -c ${program} -f
${nodes.flatMap((node) => lines(program, node)).join("\n")}
`;
}

function lines(program: string, { path, next, flags, argument }: CompletedNode): readonly string[] {
  const at = `complete -c ${program} -n ${quoted(`__${program}_at ${path === "" ? "''" : `'${path}'`}`)}`;
  return [
    ...next.map(({ word, about }) => `${at} -a ${word} -d ${quoted(about)}`),
    ...(argument === undefined ? [] : [`${at} ${offered(argument)}`]),
    ...flags.map((flag) => `${at} ${flagWords(flag)}`),
  ];
}

function flagWords({ name, short, about, value }: CompletedFlag): string {
  const shortly = short === undefined ? "" : ` -s ${short.slice(1)}`;
  // A value that is no file must say so: the command's argument may be one.
  const valued = value === undefined ? "" : ` -r ${value.type === "file" ? "" : "-f "}${offered(value)}`;
  return `-l ${name.slice(2)}${shortly}${valued.trimEnd()} -d ${quoted(about)}`;
}

function offered(kind: ValueKind): string {
  switch (kind.type) {
    case "words":
      return `-a ${quoted(kind.words.join(" "))}`;
    case "file":
      return "-F";
    case "folder":
      return "-a '(__fish_complete_directories)'";
    case "anything":
      return "";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
