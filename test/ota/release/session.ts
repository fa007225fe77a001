import type { TrustRefusal, Verdict } from "../../../src/ota/release/refusal.ts";
import type { Root } from "../../../src/ota/release/root.ts";
import type { SignedFile } from "../../../src/ota/release/signature-file.ts";
import {
  acceptRoot,
  acceptTimestamp,
  beginTrust,
  type Trust,
  type TrustMemory,
} from "../../../src/ota/release/trust.ts";
import { bytesOf, KEYS, NOW, rootOf, signed, timestampOf } from "./publisher.ts";

/** The thing, or the test fails saying why it was refused. */
export function accepted<T>(verdict: Verdict<T>): T {
  if ("refused" in verdict) throw new Error(`refused: ${JSON.stringify(verdict.refused)}`);
  return verdict.accepted;
}

/** The refusal, or the test fails because there is none. */
export function refused(verdict: Verdict<unknown, TrustRefusal>): TrustRefusal {
  if ("accepted" in verdict) throw new Error("it was accepted");
  return verdict.refused;
}

export interface SessionStart {
  readonly root?: Root;
  readonly memory?: TrustMemory;
  readonly now?: bigint;
}

/** A session of a device that trusts this root. */
export function session({ root = rootOf(), memory = {}, now = NOW }: SessionStart = {}): Trust {
  return accepted(beginTrust({ root: bytesOf(root), memory, now }));
}

/** The same after it has taken these roots, one after the other. */
export function walk(trust: Trust, ...roots: readonly SignedFile[]): Trust {
  return roots.reduce((now, root) => accepted(acceptRoot(now, root)), trust);
}

/** The same after it has taken an honest timestamp of this manifest. */
export function told(trust: Trust, manifest: SignedFile, version = 1): Trust {
  return accepted(acceptTimestamp(trust, signed(timestampOf(manifest, { version }), KEYS.timestamp[0]!)));
}
