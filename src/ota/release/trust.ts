import { sha256Hex } from "../../bytes/sha256.ts";
import { assert } from "../../errors.ts";
import { formatIso, parseIso } from "../../time/iso.ts";
import type { Manifest } from "./manifest.ts";
import type { TrustRefusal, Verdict } from "./refusal.ts";
import type { Role, Root } from "./root.ts";
import { MANIFEST_FILE, ROOT_FILE, TIMESTAMP_FILE } from "./schema.ts";
import { checkSignatures, openSigned } from "./signature-check.ts";
import type { SignedFile } from "./signature-file.ts";
import type { Timestamp } from "./timestamp.ts";

// The rules of trust, pure: bytes in, a new trust or a refusal out. Clauses are those of the TUF specification 1.0; what it leaves
// out (the release counter, when it is forgotten) is in docs/ota.md.

/** What a device remembers of its sessions besides its root file: plain data, to be kept as JSON. */
export interface TrustMemory {
  /** The newest timestamp that was accepted. Kept as soon as it is accepted. */
  readonly timestamp?: RememberedTimestamp;
  /** The counter below which no release is taken. Raised only when an update is committed. */
  readonly floor?: Floor;
}

export interface RememberedTimestamp {
  readonly version: number;
  readonly release: number;
  readonly sha256: string;
  readonly issued: string;
  /** The version of the root under which it was accepted. */
  readonly root: number;
  /** The keys that could have signed it: those of the timestamp role, and of the release role for the release it names. */
  readonly keyids: readonly string[];
  readonly releaseKeyids: readonly string[];
}

export interface Floor {
  readonly release: number;
  /** The version of the root under which it was raised, and the keys of its release role. */
  readonly root: number;
  readonly keyids: readonly string[];
}

/** What is believed in one session. Plain data. */
export interface Trust {
  /** Start of the session, never before what was last signed: nanoseconds since 1970. Does not move while the session lasts. */
  readonly reference: bigint;
  readonly root: Root;
  /** Accepted in this session; never the remembered one, which may be old. */
  readonly timestamp?: Timestamp;
  readonly memory: TrustMemory;
}

export interface TrustStart {
  /** The root that is trusted as it is: baked in, or kept from an earlier session. Its bytes. */
  readonly root: Uint8Array;
  readonly memory: TrustMemory;
  /** The date when the session starts, nanoseconds since 1970 (TUF 5.1: fixed for the whole session). */
  readonly now: bigint;
}

/** Starts a session (TUF 5.1, 5.2). */
export function beginTrust({ root: bytes, memory, now }: TrustStart): Verdict<Trust, TrustRefusal> {
  const limit = ROOT_FILE.bytesMax;
  if (bytes.length > limit) return { refused: { reason: "too-large", file: "root", length: bytes.length, limit } };
  const root = ROOT_FILE.parse(bytes);
  if ("refused" in root) return root;
  const kept = forget(memory, root.accepted);
  // A clock that was set back must not make an old timestamp good again: what was signed has been.
  const signed = kept.timestamp === undefined ? 0n : momentOf(kept.timestamp.issued);
  return { accepted: { reference: now > signed ? now : signed, root: root.accepted, memory: kept } };
}

/** Takes the root after the trusted one. Its expiry does not matter here: another one may follow (TUF 5.3.6). */
export function acceptRoot(trust: Trust, file: SignedFile): Verdict<Trust, TrustRefusal> {
  // TUF 5.3.4: a threshold of the keys that are trusted so far …
  const opened = openSigned(file, ROOT_FILE, { role: "root", root: trust.root });
  if ("refused" in opened) return opened;
  const root = opened.accepted;
  // … and a threshold of its own.
  const own = checkSignatures(file, { file: "root", role: "root", root });
  if (own !== undefined) return { refused: own };
  const expected = trust.root.version + 1;
  // TUF 5.3.5: exactly the next version; so none can be left out or played again.
  if (root.version !== expected) return { refused: { reason: "root-not-next", expected, found: root.version } };
  const { timestamp: _superseded, ...rest } = trust;
  // TUF 5.3.11: counters that only revoked keys vouch for are forgotten.
  return { accepted: { ...rest, root, memory: forget(trust.memory, root) } };
}

/** Takes the timestamp, once the last root has been taken. */
export function acceptTimestamp(trust: Trust, file: SignedFile): Verdict<Trust, TrustRefusal> {
  // TUF 5.3.10: the root that all others rest on must not have expired.
  if (isPast(trust.root.expires, trust.reference)) {
    const { expires } = trust.root;
    return { refused: { reason: "root-expired", expires, reference: formatIso(trust.reference) } };
  }
  // TUF 5.4.2
  const opened = openSigned(file, TIMESTAMP_FILE, { role: "timestamp", root: trust.root });
  if ("refused" in opened) return opened;
  const timestamp = opened.accepted;
  const sha256 = sha256Hex(file.bytes);
  const refused = goesBack(trust, timestamp, sha256) ?? hasExpired(trust, timestamp);
  if (refused !== undefined) return { refused };
  const remembered: RememberedTimestamp = {
    version: timestamp.version,
    release: timestamp.manifest.release,
    sha256,
    issued: timestamp.issued,
    root: trust.root.version,
    keyids: trust.root.roles.timestamp.keyids,
    releaseKeyids: trust.root.roles.release.keyids,
  };
  return { accepted: { ...trust, timestamp, memory: { ...trust.memory, timestamp: remembered } } };
}

/** Takes the manifest that the session's timestamp stands for; with another one, or an older one, nothing can be mixed. */
export function acceptPinnedManifest(trust: Trust, file: SignedFile): Verdict<Manifest, TrustRefusal> {
  if (trust.timestamp === undefined) return { refused: { reason: "timestamp-missing" } };
  const pinned = trust.timestamp.manifest;
  // TUF 5.5.2, 5.6.2: what the timestamp names, to the byte.
  if (file.bytes.length !== pinned.length) return notPinned("length");
  if (sha256Hex(file.bytes) !== pinned.sha256) return notPinned("sha256");
  const manifest = acceptManifest(trust, file);
  if ("refused" in manifest) return manifest;
  if (manifest.accepted.release !== pinned.release) return notPinned("release");
  if (manifest.accepted.app !== pinned.app) return notPinned("app");
  return manifest;
}

/** Takes a manifest that came by hand, in a package: it is authentic and not older than what was committed, but may be withheld news. */
export function acceptManifest(trust: Trust, file: SignedFile): Verdict<Manifest, TrustRefusal> {
  // TUF 5.6.3
  const opened = openSigned(file, MANIFEST_FILE, { role: "release", root: trust.root });
  if ("refused" in opened) return opened;
  const { release } = opened.accepted;
  const floor = trust.memory.floor?.release ?? 0;
  // TUF 5.5.5: a release counter never goes back. The floor itself may be installed again.
  if (release < floor) return { refused: { reason: "release-rollback", release, floor } };
  return opened;
}

/** The memory of a device that has committed this manifest: no older release is taken from here on. */
export function raiseFloor(trust: Trust, manifest: Manifest): TrustMemory {
  const release = Math.max(manifest.release, trust.memory.floor?.release ?? 0);
  return { ...trust.memory, floor: { release, root: trust.root.version, keyids: trust.root.roles.release.keyids } };
}

/**
 * What is left of the memory under another root. A counter goes with the keys that vouched for it: when too few of them are still in
 * the role to sign anything, nothing old can come back, and a counter that a thief drove to the end no longer blocks the honest
 * (TUF 5.3.11, fast-forward). While they could still sign, it stays; so it does under an older root, from which the walk starts anew
 * when the kept root was lost.
 */
function forget(memory: TrustMemory, { version, roles }: Root): TrustMemory {
  const { timestamp, floor } = memory;
  const isRevoked = (keyids: readonly string[], { keyids: now, threshold }: Role): boolean =>
    keyids.filter((keyid) => now.includes(keyid)).length < threshold;
  const timestampGoes =
    timestamp !== undefined &&
    version > timestamp.root &&
    (isRevoked(timestamp.keyids, roles.timestamp) || isRevoked(timestamp.releaseKeyids, roles.release));
  const floorGoes = floor !== undefined && version > floor.root && isRevoked(floor.keyids, roles.release);
  return {
    ...(timestamp === undefined || timestampGoes ? {} : { timestamp }),
    ...(floor === undefined || floorGoes ? {} : { floor }),
  };
}

/** TUF 5.4.3: neither the timestamp nor the release that it names may go back. */
function goesBack(trust: Trust, timestamp: Timestamp, sha256: string): TrustRefusal | undefined {
  const before = trust.memory.timestamp;
  if (before === undefined) return undefined;
  const { version, manifest } = timestamp;
  if (version < before.version) return { reason: "timestamp-rollback", version, trusted: before.version };
  // TUF 5.4.3.1: of one version there is one timestamp.
  if (version === before.version && sha256 !== before.sha256) return { reason: "timestamp-forked", version };
  if (manifest.release < before.release)
    return { reason: "release-rollback", release: manifest.release, floor: before.release };
  return undefined;
}

/** TUF 5.4.4: it must be good at the fixed start of the session; that it may run out meanwhile does not matter. */
function hasExpired({ reference }: Trust, { expires }: Timestamp): TrustRefusal | undefined {
  if (!isPast(expires, reference)) return undefined;
  return { reason: "timestamp-expired", expires, reference: formatIso(reference) };
}

function isPast(expires: string, reference: bigint): boolean {
  return momentOf(expires) <= reference;
}

function momentOf(date: string): bigint {
  const moment = parseIso(date);
  assert(moment !== undefined, `${date} passed the schema and is no date`);
  return moment;
}

function notPinned(differs: "length" | "sha256" | "release" | "app"): { refused: TrustRefusal } {
  return { refused: { reason: "manifest-not-pinned", differs } };
}
