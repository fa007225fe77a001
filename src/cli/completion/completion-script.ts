import { bashCompletion } from "./bash.ts";
import type { CommandTree } from "./command-tree.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

/** The script that a shell reads. */
export function completionScript(shell: string, tree: CommandTree): string {
  if (shell === "zsh") return zshCompletion(tree);
  return shell === "fish" ? fishCompletion(tree) : bashCompletion(tree);
}
