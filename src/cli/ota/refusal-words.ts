import { unreachable } from "../../errors.ts";
import type { DeviceRefusal, PackageRefusal, Refusal, TrustRefusal } from "../../ota/release/refusal.ts";
import { plural } from "../plural.ts";

/** Why something was refused, for a person. The reason's own name comes with it: it is what documentation and programs use. */
export function refusalWords(refusal: Refusal): string {
  return `${sentence(refusal)} (${refusal.reason})`;
}

function sentence(refusal: Refusal): string {
  switch (refusal.reason) {
    case "wrong-product":
    case "wrong-device":
    case "wrong-platform":
    case "installed-too-old":
    case "downgrade":
    case "plugin-abi":
    case "schema-goes-back":
      return deviceSentence(refusal);
    case "package-malformed":
    case "package-too-large":
    case "entry-unsafe":
    case "entry-unexpected":
    case "entry-repeated":
    case "entry-missing":
    case "file-differs":
      return packageSentence(refusal);
    default:
      return trustSentence(refusal);
  }
}

function trustSentence(refusal: TrustRefusal): string {
  switch (refusal.reason) {
    case "too-large":
      return `the ${refusal.file} has ${plural(refusal.length, "byte")}; at most ${refusal.limit} are read`;
    case "signature-malformed":
      return `the signature file of the ${refusal.file} ${refusal.message}`;
    case "threshold-not-met":
      return `the ${refusal.file} has ${plural(refusal.valid, "good signature")} of the ${refusal.role} role and needs ${refusal.threshold}`;
    case "wrong-type":
      return `what should be the ${refusal.file} says it is ${refusal.found}`;
    case "schema-unknown":
      return `the ${refusal.file} has schema ${refusal.schema}, which this version does not know`;
    case "malformed":
      return `the ${refusal.file} is malformed: ${refusal.where} ${refusal.message}`;
    case "root-not-next":
      return `root ${refusal.found} is offered where root ${refusal.expected} is due`;
    case "root-expired":
      return `the root expired at ${refusal.expires}; it is ${refusal.reference}`;
    case "timestamp-expired":
      return `the timestamp expired at ${refusal.expires}; it is ${refusal.reference}: news may be withheld`;
    case "timestamp-rollback":
      return `timestamp ${refusal.version} is older than ${refusal.trusted}, which is known`;
    case "timestamp-forked":
      return `there are two different timestamps ${refusal.version}`;
    case "timestamp-missing":
      return "no timestamp was accepted";
    case "release-rollback":
      return `release ${refusal.release} is older than release ${refusal.floor}`;
    case "release-forked":
      return `release ${refusal.release} is there with another manifest`;
    case "manifest-not-pinned":
      return `the manifest is not the one that the timestamp names: its ${refusal.differs} differs`;
    default:
      return unreachable(refusal);
  }
}

function deviceSentence(refusal: DeviceRefusal): string {
  switch (refusal.reason) {
    case "wrong-product":
      return `it is a release of ${refusal.product}; the device is a ${refusal.device}`;
    case "wrong-device":
      return `it is for ${refusal.compatible.join(", ")}; the device is ${refusal.device}`;
    case "wrong-platform":
      return `it is for ${refusal.platform}; the device has ${refusal.device}`;
    case "installed-too-old":
      return `it needs at least ${refusal.minimum} installed; ${refusal.installed} is`;
    case "downgrade":
      return `${refusal.offered} is older than ${refusal.installed}, and nobody signed that it may be`;
    case "plugin-abi":
      return `plug-in ${refusal.plugin} is written for ABI ${refusal.abi}; the release has ${refusal.offered}`;
    case "schema-goes-back":
      return `its ${refusal.which} ${refusal.offered} is older than ${refusal.installed}, which is in use`;
    default:
      return unreachable(refusal);
  }
}

function packageSentence(refusal: PackageRefusal): string {
  switch (refusal.reason) {
    case "package-malformed":
      return `the package ${refusal.message}`;
    case "package-too-large":
      return `${refusal.what} is larger than ${refusal.limit} bytes`;
    case "entry-unsafe":
      return `${JSON.stringify(refusal.path)} ${refusal.message}`;
    case "entry-unexpected":
      return `${JSON.stringify(refusal.path)} is in the package and not in its manifest`;
    case "entry-repeated":
      return `${JSON.stringify(refusal.path)} is in the package twice`;
    case "entry-missing":
      return `${JSON.stringify(refusal.path)} is not where it should be in the package`;
    case "file-differs":
      return `the ${refusal.differs} of ${JSON.stringify(refusal.path)} is not what the manifest says`;
    default:
      return unreachable(refusal);
  }
}
