import { FieldtapeError } from "../../errors.ts";
import type { KnownKey } from "./key-file.ts";
import { ROLES, type Role, type RoleName, type Root } from "./root.ts";
import { ROOT_FILE } from "./schema.ts";

/** What a new root says otherwise than the one before. */
export interface RootChange {
  /** RFC 3339 in UTC. */
  readonly expires: string;
  /** The role's keys from now on; a role that is not named keeps its own. */
  readonly keys: Partial<Readonly<Record<RoleName, readonly KnownKey[]>>>;
  readonly thresholds: Partial<Readonly<Record<RoleName, number>>>;
}

/**
 * The first root, or the one after `before`. Its roles have at least one key, and no key in common.
 *
 * @throws FieldtapeError USAGE when it would be refused, or a key was made for another role
 */
export function editRoot(before: Root | undefined, { expires, keys, thresholds }: RootChange): Root {
  const known = new Map(Object.entries(before?.keys ?? {}));
  const roleOf = (name: RoleName): Role => {
    const given = keys[name];
    for (const key of given ?? []) {
      refuseOtherRole(key, name);
      known.set(key.keyid, key.key);
    }
    const keyids = given?.map((key) => key.keyid) ?? before?.roles[name].keyids ?? [];
    return { keyids, threshold: thresholds[name] ?? before?.roles[name].threshold ?? 1 };
  };
  const roles = { root: roleOf("root"), release: roleOf("release"), timestamp: roleOf("timestamp") };
  const named = new Set(ROLES.flatMap((name) => roles[name].keyids));
  return checked({
    type: "root",
    schema: 1,
    version: (before?.version ?? 0) + 1,
    expires,
    keys: Object.fromEntries([...known].filter(([keyid]) => named.has(keyid)).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    roles,
  });
}

/** A root as it stands in its file. */
export function encodeRoot(root: Root): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(root, undefined, 2)}\n`);
}

/** @throws FieldtapeError USAGE */
export function refuseOtherRole({ keyid, role }: Pick<KnownKey, "keyid" | "role">, wanted: RoleName): void {
  if (role === undefined || role === wanted) return;
  throw new FieldtapeError("USAGE", `key ${keyid.slice(0, 12)} was made for the ${role} role, not for ${wanted}`);
}

function checked(root: Root): Root {
  const parsed = ROOT_FILE.parse(encodeRoot(root));
  if ("accepted" in parsed) return root;
  const { refused } = parsed;
  throw new FieldtapeError(
    "USAGE",
    refused.reason === "malformed" ? `${refused.where} ${refused.message}` : `the root would be ${refused.reason}`,
  );
}
