import { fromBase64 } from "../../bytes/base64.ts";
import { sha256Hex } from "../../bytes/sha256.ts";
import { unreachable } from "../../errors.ts";
import { type Device, deviceProblem } from "../release/device.ts";
import { ROOT_BYTES_MAX, ROOT_STEPS_MAX, SIGNATURE_BYTES_MAX, TIMESTAMP_BYTES_MAX } from "../release/limits.ts";
import type { Manifest } from "../release/manifest.ts";
import type { Refusal, Verdict } from "../release/refusal.ts";
import { manifestPath, rootPath, signaturePath, TIMESTAMP_PATH } from "../release/repository-path.ts";
import { acceptPinnedManifest, acceptRoot, acceptTimestamp, beginTrust, type Trust } from "../release/trust.ts";
import type { Announcer, AnnouncerStep, DeviceFacts } from "../update/announcer.ts";
import { offerOf } from "./offer-of.ts";
import { type Kept, parseKept } from "./schema.ts";

/** What a device is, apart from what is installed on it. */
export interface NativeDevice {
  readonly device: Omit<Device, "installed">;
  /** The root that was baked in when the application was packed; never fetched. */
  readonly root: Uint8Array;
}

/** What is read, and then its signatures. */
type Reading = "root" | "timestamp" | "manifest";

/** Where the conversation is. Plain data. */
type Conversation =
  | { readonly step: "wall"; readonly facts: DeviceFacts }
  | (Going & { readonly step: "file"; readonly reading: Reading })
  | (Going & { readonly step: "signature"; readonly reading: Reading; readonly bytes: Uint8Array });

/** The state that comes back is the one that the step before gave. */
function isConversation(state: unknown): state is Conversation {
  return typeof state === "object" && state !== null && "step" in state && "facts" in state;
}

interface Going {
  readonly facts: DeviceFacts;
  readonly kept: Kept;
  readonly trust: Trust;
  /** Roots taken in this session. */
  readonly roots: number;
}

/** How many releases are remembered with what they say of themselves: those that may still be on the disk. */
const RELEASES_KEPT = 8;

/**
 * The dialect of static repositories (TUF 5, narrowed to one manifest): the roots in turn, the timestamp, the one manifest that it names. A
 * device refuses what is not for it before it fetches anything of the payload.
 */
export function nativeAnnouncer(native: NativeDevice): Announcer {
  return {
    name: "native",
    begin: (facts) => ({ type: "ask", state: { step: "wall", facts } satisfies Conversation, ask: { port: "wall" } }),
    hear(state, answer) {
      if (!isConversation(state)) return broken();
      if (state.step === "wall") return answer.port === "wall" ? start(native, state.facts, answer.wall) : broken();
      if (answer.port !== "metadata") return broken();
      if ("failed" in answer) return { type: "failed", reason: answer.failed, ...keeping(state) };
      const bytes = answer.b64 === undefined ? undefined : fromBase64(answer.b64);
      return state.step === "file" ? heardFile(state, bytes) : heardSignature(native, state, bytes);
    },
  };
}

function start({ root }: NativeDevice, facts: DeviceFacts, wall: number): AnnouncerStep {
  const kept = parseKept(facts.kept);
  const now = BigInt(Math.max(0, Math.trunc(wall))) * 1_000_000n;
  const own = kept.root === undefined ? undefined : begun(new TextEncoder().encode(kept.root), kept, now);
  // A root that was kept and is damaged leads back to the one that was baked in, from which the walk begins again.
  const trust = own !== undefined && "accepted" in own ? own : begun(root, kept, now);
  if ("refused" in trust) return refuse(trust.refused);
  const going = { facts, kept, trust: withFloor(trust.accepted, facts.floor), roots: 0 };
  return read(going, "root");
}

function begun(root: Uint8Array, { memory }: Kept, now: bigint): Verdict<Trust> {
  return beginTrust({ root, memory, now });
}

/** What the updater has committed since is below what may come. */
function withFloor(trust: Trust, release: number): Trust {
  const { memory, root } = trust;
  if (release <= (memory.floor?.release ?? 0)) return trust;
  const { keyids } = root.roles.release;
  return { ...trust, memory: { ...memory, floor: { release, root: root.version, keyids } } };
}

function read(going: Going, reading: Reading): AnnouncerStep {
  const { name, sizeMax } = fileOf(going.trust, reading);
  return {
    type: "ask",
    state: { ...going, step: "file", reading } satisfies Conversation,
    ask: { port: "metadata", name, sizeMax },
  };
}

function fileOf({ root, timestamp }: Trust, reading: Reading): { readonly name: string; readonly sizeMax: number } {
  switch (reading) {
    case "root":
      return { name: rootPath(root.version + 1), sizeMax: ROOT_BYTES_MAX };
    case "timestamp":
      return { name: TIMESTAMP_PATH, sizeMax: TIMESTAMP_BYTES_MAX };
    case "manifest":
      // TUF 5.6.1: no more than the timestamp says.
      return { name: manifestPath(timestamp?.manifest.sha256 ?? ""), sizeMax: timestamp?.manifest.length ?? 0 };
    default:
      return unreachable(reading);
  }
}

type ConversationAt<S extends Conversation["step"]> = Extract<Conversation, { readonly step: S }>;

function heardFile(at: ConversationAt<"file">, bytes: Uint8Array | undefined): AnnouncerStep {
  const { step: _step, reading, ...going } = at;
  if (bytes === undefined) {
    // TUF 5.3.3: the walk over the roots ends where there is no next one.
    if (reading === "root") return read(going, "timestamp");
    return { type: "refused", reason: `${reading}-missing`, ...keeping(going) };
  }
  // TUF 5.6.2: the one that the timestamp names; for another one no signature is even looked for.
  if (reading === "manifest" && sha256Hex(bytes) !== going.trust.timestamp?.manifest.sha256) {
    return { type: "refused", reason: "manifest-not-pinned", ...keeping(going) };
  }
  return {
    type: "ask",
    state: { ...going, step: "signature", reading, bytes } satisfies Conversation,
    ask: { port: "metadata", name: signaturePath(sha256Hex(bytes)), sizeMax: SIGNATURE_BYTES_MAX },
  };
}

function heardSignature(
  native: NativeDevice,
  at: ConversationAt<"signature">,
  signature: Uint8Array | undefined,
): AnnouncerStep {
  const { step: _step, reading, bytes, ...going } = at;
  if (signature === undefined) return { type: "refused", reason: "signature-missing", ...keeping(going) };
  const file = { bytes, signature };
  switch (reading) {
    case "root":
      return heardRoot(going, acceptRoot(going.trust, file), bytes);
    case "timestamp":
      return heardTimestamp(going, acceptTimestamp(going.trust, file));
    case "manifest":
      return heardManifest(native, going, acceptPinnedManifest(going.trust, file), sha256Hex(bytes));
    default:
      return unreachable(reading);
  }
}

function heardRoot(going: Going, verdict: Verdict<Trust>, bytes: Uint8Array): AnnouncerStep {
  if ("refused" in verdict) return refuse(verdict.refused, going);
  const kept = { ...going.kept, root: new TextDecoder().decode(bytes) };
  const next = { ...going, kept, trust: verdict.accepted, roots: going.roots + 1 };
  if (next.roots >= ROOT_STEPS_MAX) return { type: "refused", reason: "too-many-roots", ...keeping(next) };
  return read(next, "root");
}

function heardTimestamp(going: Going, verdict: Verdict<Trust>): AnnouncerStep {
  if ("refused" in verdict) return refuse(verdict.refused, going);
  const next = { ...going, trust: verdict.accepted };
  const release = verdict.accepted.timestamp?.manifest.release ?? 0;
  const { facts } = going;
  // What runs already, and what was rolled back here, is not offered again.
  if (release === facts.release || facts.failed.includes(release)) return { type: "nothing", ...keeping(next) };
  if (release <= facts.floor) return { type: "refused", reason: "release-rollback", ...keeping(next) };
  return read(next, "manifest");
}

function heardManifest(
  { device }: NativeDevice,
  going: Going,
  verdict: Verdict<Manifest>,
  sha256: string,
): AnnouncerStep {
  if ("refused" in verdict) return refuse(verdict.refused, going);
  const manifest = verdict.accepted;
  const { facts, kept } = going;
  const known = kept.releases[String(facts.release)] ?? UNKNOWN_RELEASE;
  const refused = deviceProblem(manifest, { ...device, installed: { app: facts.version, ...known } });
  if (refused !== undefined) return refuse(refused, going);
  return { type: "offer", offer: offerOf(manifest, sha256), ...keeping({ ...going, kept: remember(kept, manifest) }) };
}

/** Of a release that nothing is known about any more, nothing is demanded. */
const UNKNOWN_RELEASE = { plugin_abi: 0, config_schema: 0, data_schema: 0 };

function remember(kept: Kept, { release, plugin_abi, config_schema, data_schema }: Manifest): Kept {
  const releases = { ...kept.releases, [String(release)]: { plugin_abi, config_schema, data_schema } };
  const latest = Object.entries(releases)
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .slice(-RELEASES_KEPT);
  return { ...kept, releases: Object.fromEntries(latest) };
}

/** What a device begins with that was given its first release by hand. */
export function keptAtInstall(manifest: Manifest): string {
  return keptText(remember({ memory: {}, releases: {} }, manifest));
}

/** What is kept is kept whatever comes of the session: roots that were taken, and that a timestamp was seen. */
function keeping(going: Going): { readonly keep: string } {
  return { keep: keptText({ ...going.kept, memory: going.trust.memory }) };
}

function keptText(kept: Kept): string {
  return `${JSON.stringify(kept)}\n`;
}

function refuse({ reason }: Refusal, going?: Going): AnnouncerStep {
  return { type: "refused", reason, ...(going === undefined ? {} : keeping(going)) };
}

const broken = (): AnnouncerStep => ({ type: "refused", reason: "bad-answer" });
