import type { CommandTree, CompletedNode, ValueKind } from "./command-tree.ts";

/** For `complete -F` of bash 3.2 and later, without the bash-completion package. */
export function bashCompletion({ program, nodes }: CommandTree): string {
  return `# ${program} completion for bash: source it, or put it into ~/.local/share/bash-completion/completions/${program}
_${program}_next() {
  case "$1" in
${nodes
  .filter(({ next }) => next.length > 0)
  .map(nextCase)
  .join("\n")}
  esac
}

_${program}_flags() {
  case "$1" in
${nodes
  .filter(({ flags }) => flags.length > 0)
  .map(flagCase)
  .join("\n")}
  esac
}

# What may stand behind a flag: =FILE, =FOLDER, =ANYTHING or words; nothing: it takes no value.
_${program}_value() {
  case "$1 $2" in
${nodes.flatMap(valueCases).join("\n")}
  esac
}

_${program}_argument() {
  case "$1" in
${nodes.flatMap(argumentCase).join("\n")}
  esac
}

_${program}_offer() {
  case "$1" in
    =FILE) compopt -o filenames 2>/dev/null; while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$2") ;;
    =FOLDER) compopt -o filenames 2>/dev/null; while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -d -- "$2") ;;
    =ANYTHING | "") ;;
    *) COMPREPLY=($(compgen -W "$1" -- "$2")) ;;
  esac
}

_${program}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" known word index
  COMPREPLY=()
  # Bash takes --flag=value for three words.
  if [[ $current == "=" ]]; then current=""
  elif [[ $previous == "=" ]]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    known=" $(_${program}_next "$path") "
    [[ $known == *" $word "* ]] || break
    path="\${path:+$path }$word"
  done
  known="$(_${program}_value "$path" "$previous")"
  if [[ $previous == -* && -n $known ]]; then _${program}_offer "$known" "$current"
  elif [[ $current == -* ]]; then _${program}_offer "$(_${program}_flags "$path")" "$current"
  elif ((index == COMP_CWORD)) && [[ -n $(_${program}_next "$path") ]]; then _${program}_offer "$(_${program}_next "$path")" "$current"
  else _${program}_offer "$(_${program}_argument "$path")" "$current"; fi
}

complete -F _${program} ${program}
`;
}

function nextCase({ path, next }: CompletedNode): string {
  return `    "${path}") echo "${next.map(({ word }) => word).join(" ")}" ;;`;
}

function flagCase({ path, flags }: CompletedNode): string {
  return `    "${path}") echo "${flags.flatMap(({ name, short }) => (short === undefined ? [name] : [name, short])).join(" ")}" ;;`;
}

/** Flags of one command whose values are of one kind share a line. */
function valueCases({ path, flags }: CompletedNode): readonly string[] {
  const kinds = new Map<string, string[]>();
  for (const { name, short, value } of flags) {
    if (value === undefined) continue;
    const same = kinds.get(told(value)) ?? [];
    same.push(...[name, short].filter((one) => one !== undefined).map((one) => `"${path} ${one}"`));
    kinds.set(told(value), same);
  }
  return [...kinds].map(([kind, names]) => `    ${names.join(" | ")}) echo "${kind}" ;;`);
}

function argumentCase({ path, argument }: CompletedNode): readonly string[] {
  return argument === undefined ? [] : [`    "${path}") echo "${told(argument)}" ;;`];
}

function told(kind: ValueKind): string {
  switch (kind.type) {
    case "words":
      return kind.words.join(" ");
    case "file":
      return "=FILE";
    case "folder":
      return "=FOLDER";
    case "anything":
      return "=ANYTHING";
  }
}
