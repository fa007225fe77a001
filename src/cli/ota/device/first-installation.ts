import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { sha256Hex } from "../../../bytes/sha256.ts";
import { FieldtapeError } from "../../../errors.ts";
import { keptAtInstall } from "../../../ota/dialect/native.ts";
import { offerOf } from "../../../ota/dialect/offer-of.ts";
import { writeWhole } from "../../../ota/release/atomic-file.ts";
import { fileChunks } from "../../../ota/release/input-file.ts";
import type { Refusal } from "../../../ota/release/refusal.ts";
import { objectSink } from "../../../ota/release/repository-file.ts";
import type { Trust } from "../../../ota/release/trust.ts";
import { verifyPackage } from "../../../ota/release/verify-package.ts";
import { DEVICE_FILE } from "../../../ota/session/device-file.ts";
import { lockInstallation } from "../../../ota/session/installation-lock.ts";
import type { SessionObservation } from "../../../ota/session/operate-session.ts";
import type { DeviceFile, DevicePolicy } from "../../../ota/session/schema.ts";
import { type DeviceStatus, deviceStatus } from "../../../ota/session/status.ts";
import { FolderTransport } from "../../../ota/transfer/folder-transport.ts";
import { KEPT, STAGING } from "../../../ota/update/layout.ts";
import type { Offer } from "../../../ota/update/offer.ts";
import { RealFs } from "../../../ota/update/real-fs.ts";
import { realWorld } from "../../wiring.ts";
import { readRoot } from "../root-file.ts";
import { readPolicy } from "./policy-file.ts";
import { type DeviceRunResult, runDevice } from "./run-device.ts";

export interface InstallRequest {
  readonly package: string;
  readonly root: string;
  /** The root file that is baked in. */
  readonly trust: string;
  readonly kind: string | undefined;
  readonly platform: string | undefined;
  /** Plug-ins of the user's own, which no update brings along. */
  readonly plugins: NonNullable<DeviceFile["plugins"]>;
  /** A JSON or YAML file. */
  readonly policy: string | undefined;
  readonly observe: (observation: SessionObservation) => void;
  readonly signal: AbortSignal;
}

/** Where the package is unpacked until it is installed. */
const UNPACKED = `${STAGING}/package`;

/**
 * The first installation: verifies the package, writes down what the device is, and installs.
 *
 * @throws FieldtapeError OUTPUT_EXISTS where something is installed already; what reading and writing throw
 */
export async function installFirst(request: InstallRequest): Promise<DeviceRunResult | { readonly refused: Refusal }> {
  const { root, signal } = request;
  const now = realWorld({ sleep: "coarse" }).wall.wallNow();
  const { trust, bytes } = await readRoot(request.trust, now);
  const policy = await readPolicy(request.policy);
  await mkdir(root, { recursive: true });
  const unpacked = join(root, UNPACKED);
  const status = await deviceStatus(new RealFs(root), signal);
  if (status.current !== undefined) throw installedAlready(root, status);
  try {
    const prepared = await prepare(request, { trust, root: new TextDecoder().decode(bytes), policy });
    if ("refused" in prepared) return prepared;
    const { device, offer } = prepared;
    const transport = new FolderTransport(unpacked);
    const command = { name: "install", offer } as const;
    return await runDevice({ root, command, device, transport, yes: true, observe: request.observe, signal });
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

/** Unpacks what passes every check, and writes down what the device is and knows from now on. */
async function prepare(
  request: InstallRequest,
  { trust, root, policy }: { readonly trust: Trust; readonly root: string; readonly policy: DevicePolicy },
): Promise<{ readonly device: DeviceFile; readonly offer: Offer } | { readonly refused: Refusal }> {
  const folder = request.root;
  using _lock = lockInstallation(folder);
  const sink = objectSink(join(folder, UNPACKED));
  const own = describe(request, { root, policy });
  const read = await verifyPackage(fileChunks(request.package), { trust, device: own, sink });
  if ("refused" in read) return read;
  const { manifest, signed } = read.accepted;
  const device = { ...own, product: manifest.product };
  await writeWhole(join(folder, DEVICE_FILE), json(device), { mode: 0o600, force: true });
  await writeWhole(join(folder, KEPT), text(keptAtInstall(manifest)), { mode: 0o644, force: true });
  return { device, offer: offerOf(manifest, sha256Hex(signed.bytes)) };
}

function describe(
  { kind, platform, plugins }: InstallRequest,
  { root, policy }: Pick<DeviceFile, "root" | "policy">,
): Omit<DeviceFile, "product"> {
  return {
    schema: 1,
    ...(kind === undefined ? {} : { kind }),
    platform: platform ?? `${process.platform}-${process.arch}`,
    ...(plugins.length === 0 ? {} : { plugins }),
    root,
    policy,
  };
}

function installedAlready(root: string, { current, state }: DeviceStatus): FieldtapeError {
  const begun = state === "switching" || state === "confirming";
  return new FieldtapeError("OUTPUT_EXISTS", `${current} is installed in ${root} already`, {
    hint: begun
      ? "it is not confirmed: fieldtape ota device resume goes on with what was interrupted"
      : "fieldtape ota device update brings a newer one",
  });
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const json = (value: object): Uint8Array => text(`${JSON.stringify(value, undefined, 2)}\n`);
