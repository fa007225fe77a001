import { homedir, userInfo } from "node:os";
import { isAbsolute, parse } from "node:path";
import process from "node:process";

/**
 * The user's own folder. An environment that names none, or an empty one, does not put his state and his secrets wherever he stands; for an account
 * without an entry, as in containers, it is the root, where nothing of his is.
 */
export function homeFolder(): string {
  for (const ask of [homedir, () => userInfo().homedir]) {
    try {
      const folder = ask();
      if (isAbsolute(folder)) return folder;
    } catch {
      // There is no entry for this account.
    }
  }
  return parse(process.execPath).root;
}
