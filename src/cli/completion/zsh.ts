import type { CommandTree, CompletedFlag, CompletedNode, ValueKind } from "./command-tree.ts";

/** For zsh 5 and later, with `compinit`. */
export function zshCompletion({ program, nodes }: CommandTree): string {
  return `#compdef ${program}
# ${program} completion for zsh: put it as _${program} into a folder of $fpath, or source it behind compinit
_${program}() {
  local at="" known
  local -a next
  local -i index=2
  while (( index < CURRENT )); do
    _${program}_next "$at"
    known=\${next[(r)\${(b)words[index]}:*]}
    [[ -n $known ]] || break
    at="\${at:+$at }$words[index]"
    (( index++ ))
  done
  _${program}_next "$at"
  if (( \${#next} )); then
    (( index == CURRENT )) && _describe command next
    return
  fi
  words=("$at" "\${(@)words[index,-1]}")
  (( CURRENT -= index - 2 ))
  case $at in
${nodes
  .filter(({ next }) => next.length === 0)
  .map(commandCase)
  .join("\n")}
  esac
}

_${program}_next() {
  next=()
  case $1 in
${nodes
  .filter(({ next }) => next.length > 0)
  .map(nextCase)
  .join("\n")}
  esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _${program} "$@"; else compdef _${program} ${program}; fi
`;
}

function nextCase({ path, next }: CompletedNode): string {
  const words = next.map(({ word, about }) => quoted(`${word}:${about}`)).join(" ");
  return `    ${quoted(path)}) next=(${words}) ;;`;
}

function commandCase({ path, flags, argument }: CompletedNode): string {
  const specs = flags.flatMap(flagSpecs);
  const rest = argument === undefined ? [] : [quoted(`*: :${action(argument)}`)];
  return `    ${quoted(path)}) _arguments -S ${[...specs, ...rest].join(" ")} ;;`;
}

/** _arguments(1): an option, what excludes it, its explanation, and the action for its value. */
function flagSpecs({ name, short, about, value, repeated }: CompletedFlag): readonly string[] {
  const names = [name, short].filter((one) => one !== undefined);
  const others = repeated ? "*" : `(${names.join(" ")})`;
  const explained = `[${about.replaceAll("\\", "\\\\").replace(/[[\]]/g, "\\$&")}]`;
  return names.map((one) => {
    const equals = value !== undefined && one.startsWith("--") ? "=" : "";
    const valued = value === undefined ? "" : `: :${action(value)}`;
    return quoted(`${others}${one}${equals}${explained}${valued}`);
  });
}

function action(kind: ValueKind): string {
  switch (kind.type) {
    case "words":
      return `(${kind.words.join(" ")})`;
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "anything":
      return "";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
