import type { RoleName } from "./root.ts";

/** Which of the signed files was refused. */
export type SignedFileName = "root" | "timestamp" | "manifest";

/** Why the rules of trust refuse a file. Each is a value; the command line turns it into words. */
export type TrustRefusal =
  | {
      readonly reason: "too-large";
      readonly file: SignedFileName | "signature";
      readonly length: number;
      readonly limit: number;
    }
  | { readonly reason: "signature-malformed"; readonly file: SignedFileName; readonly message: string }
  | {
      readonly reason: "threshold-not-met";
      readonly file: SignedFileName;
      readonly role: RoleName;
      /** Different keys of the role with a good signature. */
      readonly valid: number;
      readonly threshold: number;
    }
  | { readonly reason: "wrong-type"; readonly file: SignedFileName; readonly found: string }
  | { readonly reason: "schema-unknown"; readonly file: SignedFileName; readonly schema: string }
  | { readonly reason: "malformed"; readonly file: SignedFileName; readonly where: string; readonly message: string }
  | { readonly reason: "root-not-next"; readonly expected: number; readonly found: number }
  | { readonly reason: "root-expired"; readonly expires: string; readonly reference: string }
  | { readonly reason: "timestamp-expired"; readonly expires: string; readonly reference: string }
  | { readonly reason: "timestamp-rollback"; readonly version: number; readonly trusted: number }
  | { readonly reason: "timestamp-forked"; readonly version: number }
  | { readonly reason: "timestamp-missing" }
  | { readonly reason: "release-rollback"; readonly release: number; readonly floor: number }
  | { readonly reason: "release-forked"; readonly release: number }
  | { readonly reason: "manifest-not-pinned"; readonly differs: "length" | "sha256" | "release" | "app" };

/** Why a good release is not for this device, as it is now. */
export type DeviceRefusal =
  | { readonly reason: "wrong-product"; readonly product: string; readonly device: string }
  | { readonly reason: "wrong-device"; readonly compatible: readonly string[]; readonly device: string }
  | { readonly reason: "wrong-platform"; readonly platform: string; readonly device: string }
  | { readonly reason: "installed-too-old"; readonly installed: string; readonly minimum: string }
  | { readonly reason: "downgrade"; readonly installed: string; readonly offered: string }
  | { readonly reason: "plugin-abi"; readonly plugin: string; readonly abi: number; readonly offered: number }
  | {
      readonly reason: "schema-goes-back";
      readonly which: "config_schema" | "data_schema";
      readonly installed: number;
      readonly offered: number;
    };

/** Why a package is refused although its manifest may be good. */
export type PackageRefusal =
  | { readonly reason: "package-malformed"; readonly message: string }
  | { readonly reason: "package-too-large"; readonly what: string; readonly limit: number }
  | { readonly reason: "entry-unsafe"; readonly path: string; readonly message: string }
  | { readonly reason: "entry-unexpected"; readonly path: string }
  | { readonly reason: "entry-repeated"; readonly path: string }
  | { readonly reason: "entry-missing"; readonly path: string }
  | { readonly reason: "file-differs"; readonly path: string; readonly differs: "size" | "sha256" | "mode" };

export type Refusal = TrustRefusal | DeviceRefusal | PackageRefusal;

/** Either the thing, or why not. */
export type Verdict<T, R extends Refusal = Refusal> = { readonly accepted: T } | { readonly refused: R };
