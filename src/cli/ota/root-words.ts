import { ROLES, type RoleName, type Root } from "../../ota/release/root.ts";
import type { SignatureFile } from "../../ota/release/signature-file.ts";

/** Keys of a role that are among the signatures; whether these are good is another question. */
function signers(root: Root, role: RoleName, signatures: SignatureFile): number {
  return root.roles[role].keyids.filter((keyid) => signatures.some((entry) => entry.keyid === keyid)).length;
}

/** A root on a few lines, for a person. */
export function rootWords(path: string, root: Root, signatures: SignatureFile): string {
  const roles = ROLES.map((name) => {
    const { keyids, threshold } = root.roles[name];
    const keys = keyids.map((keyid) => keyid.slice(0, 12)).join(" ");
    return `  ${name}: ${threshold} of ${keyids.length} (${keys})`;
  });
  const signed = signers(root, "root", signatures);
  const missing = root.roles.root.threshold - signed;
  const need = missing > 0 ? `; ${missing} more needed: fieldtape ota root sign` : "";
  return [
    `${path}: root ${root.version}, good until ${root.expires}`,
    ...roles,
    `  signed by ${signed} of its root keys${need}`,
  ].join("\n");
}
