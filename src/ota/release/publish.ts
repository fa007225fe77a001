import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { sha256Hex } from "../../bytes/sha256.ts";
import { onDisk } from "../../tape/tape-disk.ts";
import { formatIso } from "../../time/iso.ts";
import { holdLock } from "../lock/process-lock.ts";
import { isThere } from "./atomic-file.ts";
import { fileChunks, readIfThere } from "./input-file.ts";
import { MANIFEST_BYTES_MAX, ROOT_BYTES_MAX, TIMESTAMP_BYTES_MAX } from "./limits.ts";
import type { Manifest } from "./manifest.ts";
import { readPackage } from "./package-reader.ts";
import type { TrustRefusal, Verdict } from "./refusal.ts";
import { objectSink, publishSigned, readSigned } from "./repository-file.ts";
import { manifestPath, rootPath, TIMESTAMP_PATH } from "./repository-path.ts";
import { MANIFEST_FILE, TIMESTAMP_FILE } from "./schema.ts";
import { checkSignatures, encodeSignatureFile, openSigned } from "./signature-check.ts";
import type { SignedFile } from "./signature-file.ts";
import { addSignatures, type SigningKey } from "./signing.ts";
import type { Timestamp } from "./timestamp.ts";
import { acceptManifest, acceptRoot, acceptTimestamp, beginTrust, type Trust } from "./trust.ts";

const LOCK_FILE = "publish.lock";

export interface PublishRequest {
  readonly package: string;
  /** The repository's folder; made if there is none. */
  readonly repository: string;
  /** Begun with the root that devices shall trust. */
  readonly trust: Trust;
  /** That root's file with its signatures, published as `N.root.json`. The first root needs none: devices have it already. */
  readonly root?: SignedFile;
  readonly timestampKeys: readonly SigningKey[];
  /** How long devices may take the timestamp: nanoseconds. */
  readonly goodFor: bigint;
}

export interface Published {
  readonly manifest: Manifest;
  readonly timestamp: Timestamp;
}

/**
 * Publishes a package into a static repository: objects, then the manifest, then the root, each after its signatures, and the
 * timestamp last. Until then devices see what they saw before; whatever stopped, publishing again completes it. One publisher of this
 * machine at a time: two would give two timestamps one number.
 *
 * @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE, DISK_FULL; OUTPUT_FAILED also while another publisher is at work
 */
export async function publish(request: PublishRequest): Promise<Verdict<Published>> {
  const { repository } = request;
  const made = await onDisk(repository, mkdir(repository, { recursive: true }));
  const verdict = await publishLocked(request);
  // What was refused leaves no empty folder behind; one that has something in it stays.
  if ("refused" in verdict && made !== undefined) await rmdir(repository).catch(() => undefined);
  return verdict;
}

async function publishLocked(request: PublishRequest): Promise<Verdict<Published>> {
  using _lock = holdLock(join(request.repository, LOCK_FILE), { what: "the repository", who: "another publisher" });
  return await publishAlone(request);
}

async function publishAlone(request: PublishRequest): Promise<Verdict<Published>> {
  const { repository, trust, root } = request;
  const unfit = await rootProblem(request);
  if (unfit !== undefined) return { refused: unfit };
  const before = await published(repository, trust);
  const accept = (signed: SignedFile): Verdict<Manifest> => {
    const manifest = acceptManifest(trust, signed);
    if ("refused" in manifest) return manifest;
    const refused = replaces(before, manifest.accepted, signed);
    return refused === undefined ? manifest : { refused };
  };
  const read = await readPackage(fileChunks(request.package), { accept, sink: objectSink(repository) });
  if ("refused" in read) return read;
  const { manifest, signed } = read.accepted;
  const timestamp = nextTimestamp(request, read.accepted, before.version);
  const bytes = new TextEncoder().encode(`${JSON.stringify(timestamp, undefined, 2)}\n`);
  const signature = encodeSignatureFile(addSignatures(bytes, request.timestampKeys, []));
  // A timestamp that no device would take must not become the newest one.
  const opened = acceptTimestamp(trust, { bytes, signature });
  if ("refused" in opened) return opened;
  await publishSigned(repository, manifestPath(sha256Hex(signed.bytes)), signed);
  if (root !== undefined) await publishSigned(repository, rootPath(trust.root.version), root);
  await publishSigned(repository, TIMESTAMP_PATH, { bytes, signature });
  return { accepted: { manifest, timestamp } };
}

/** A root that devices could not walk to, or have left behind, would cut them off: it must continue what is published. */
async function rootProblem({ repository, trust, root }: PublishRequest): Promise<TrustRefusal | undefined> {
  const { version } = trust.root;
  const newest = await newestRoot(repository, version);
  // Devices walk to the newest root that is here, and would take nothing that only an older one vouches for.
  if (newest > version) return { reason: "root-not-next", expected: newest, found: version };
  if (root === undefined) {
    if (version === 1) return undefined;
    return { reason: "signature-malformed", file: "root", message: "is not there" };
  }
  const own = checkSignatures(root, { file: "root", role: "root", root: trust.root });
  if (own !== undefined || version === 1) return own;
  const previous = await readIfThere(join(repository, rootPath(version - 1)), ROOT_BYTES_MAX);
  if (previous === undefined) return undefined;
  const begun = beginTrust({ root: previous, memory: {}, now: trust.reference });
  if ("refused" in begun) return begun.refused;
  const next = acceptRoot(begun.accepted, root);
  return "refused" in next ? next.refused : undefined;
}

/** The number of the last root that follows `version` here without a gap, as devices walk. */
async function newestRoot(repository: string, version: number): Promise<number> {
  let newest = version;
  while (await isThere(join(repository, rootPath(newest + 1)))) newest += 1;
  return newest;
}

interface PublishedBefore {
  /** Of the timestamp; 0 when none is there that devices still trust. */
  readonly version: number;
  readonly release: number;
  /** Of the manifest; absent when it does not bind devices any more. */
  readonly sha256?: string;
}

/**
 * What devices that trust this root may have seen here. What it no longer vouches for (its keys were revoked) they forget, and with it
 * counters that a thief drove to their end.
 */
async function published(repository: string, { root }: Trust): Promise<PublishedBefore> {
  const nothing: PublishedBefore = { version: 0, release: 0 };
  const file = await readSigned(repository, TIMESTAMP_PATH, TIMESTAMP_BYTES_MAX);
  if (file === undefined) return nothing;
  const parsed = TIMESTAMP_FILE.parse(file.bytes);
  if ("refused" in parsed) return nothing;
  const { version, manifest } = parsed.accepted;
  const trusted = "accepted" in openSigned(file, TIMESTAMP_FILE, { role: "timestamp", root });
  const named = await readSigned(repository, manifestPath(manifest.sha256), MANIFEST_BYTES_MAX);
  const binds = named !== undefined && "accepted" in openSigned(named, MANIFEST_FILE, { role: "release", root });
  return {
    version: trusted ? version : 0,
    release: binds ? manifest.release : 0,
    ...(binds ? { sha256: manifest.sha256 } : {}),
  };
}

function replaces(before: PublishedBefore, { release }: Manifest, { bytes }: SignedFile): TrustRefusal | undefined {
  if (release < before.release) return { reason: "release-rollback", release, floor: before.release };
  // Of one release there is one manifest: devices that have it would never ask again.
  if (release === before.release && before.sha256 !== sha256Hex(bytes)) return { reason: "release-forked", release };
  return undefined;
}

function nextTimestamp(
  { trust, goodFor }: PublishRequest,
  { manifest, signed }: { readonly manifest: Manifest; readonly signed: SignedFile },
  versionBefore: number,
): Timestamp {
  return {
    type: "timestamp",
    schema: 1,
    version: versionBefore + 1,
    issued: formatIso(trust.reference, 3),
    expires: formatIso(trust.reference + goodFor, 3),
    manifest: {
      release: manifest.release,
      app: manifest.app,
      sha256: sha256Hex(signed.bytes),
      length: signed.bytes.length,
    },
  };
}
