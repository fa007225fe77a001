import { Random } from "../../bytes/random.ts";
import { sha256Hex } from "../../bytes/sha256.ts";
import type { Announcer, DeviceFacts } from "../update/announcer.ts";
import type { Component, Offer, TreeFile } from "../update/offer.ts";

/** Small releases that have what matters: files of several pages and of a few bytes, folders in folders, an executable, one that stays. */
export interface SampleReleases {
  readonly contents: ReadonlyMap<string, Uint8Array>;
  readonly first: Offer;
  /** Less of it, for what is done over and over. */
  readonly small: Offer;
  /** All of it is new, but for one file. */
  readonly second: Offer;
  /** Plug-ins alone. */
  readonly plugins: Offer;
  /** What was first, with a counter that is higher. */
  readonly downgrade: Offer;
}

/** [path, bytes] of each file. */
type Plan = readonly (readonly [path: string, size: number])[];

const APP: Plan = [
  ["bin/app", 9_000],
  ["lib/deep/core.bin", 5_000],
  ["read-me.txt", 40],
];
const SMALL: Plan = [
  ["bin/app", 600],
  ["read-me.txt", 40],
];
const PLUGINS: Plan = [["plugins/serial.bin", 700]];

export function sampleReleases(): SampleReleases {
  const contents = new Map<string, Uint8Array>();
  const component = (name: string, version: string, plan: Plan): Component => ({
    name,
    version,
    files: plan.map(([path, size]) =>
      fileOf(contents, path, contentOf(path === "read-me.txt" ? "" : version, path, size)),
    ),
  });
  const offer = (release: number, version: string, components: readonly Component[]): Offer => ({
    release,
    version,
    manifest: sha256Hex(new TextEncoder().encode(`manifest ${release}`)),
    notes: "",
    components,
  });
  const app1 = component("app", "1.0.0", APP);
  const plugins1 = component("plugins", "1.0.0", PLUGINS);
  return {
    contents,
    small: offer(1, "1.0.0", [component("app", "1.0.0", SMALL)]),
    first: offer(1, "1.0.0", [app1, plugins1]),
    second: offer(2, "2.0.0", [component("app", "2.0.0", APP), component("plugins", "2.0.0", PLUGINS)]),
    plugins: offer(2, "1.0.0", [component("plugins", "1.1.0", PLUGINS)]),
    downgrade: offer(3, "1.0.0", [app1, plugins1]),
  };
}

function fileOf(contents: Map<string, Uint8Array>, path: string, bytes: Uint8Array): TreeFile {
  const sha256 = sha256Hex(bytes);
  contents.set(sha256, bytes);
  return { path, sha256, size: bytes.length, mode: path.startsWith("bin/") ? 0o755 : 0o644 };
}

function contentOf(version: string, path: string, size: number): Uint8Array {
  const random = new Random(1, `${version} ${path}`);
  return Uint8Array.from({ length: size }, () => random.below(256));
}

/** Announces one release to whoever has not tried it; it keeps what it announced, as one that verifies keeps what it trusted. */
export function announces(offer: Offer): Announcer {
  const answer = ({ floor, failed }: DeviceFacts): ReturnType<Announcer["begin"]> => {
    const keep = JSON.stringify({ seen: offer.release });
    if (offer.release <= floor || failed.includes(offer.release)) return { type: "nothing", keep };
    return { type: "offer", offer, keep };
  };
  return { name: "sample", begin: answer, hear: () => ({ type: "nothing" }) };
}
