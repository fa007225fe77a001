import type { Manifest } from "../../ota/release/manifest.ts";
import { payloadBytes } from "../../ota/release/manifest.ts";
import { readSignatureFile } from "../../ota/release/signature-check.ts";
import { plural } from "../plural.ts";

/** Key ids in a signature file; a bare signature names none. */
export function signersOf(signature: Uint8Array): readonly string[] {
  const read = readSignatureFile(signature);
  return "list" in read ? read.list.map(({ keyid }) => keyid) : [];
}

/** A manifest for a person. */
export function manifestWords(manifest: Manifest, signers: readonly string[]): string {
  const { product, app, release, min_app, downgrade, compatible, platform, git_sha, build_time, files } = manifest;
  const lines = [
    `${product} ${app}, release ${release}${downgrade === true ? ", a permitted downgrade" : ""}`,
    `  from: ${min_app === undefined ? "any version" : `${min_app} or later`}`,
    `  for: ${compatible.length === 0 ? "every device" : compatible.join(", ")}; platform ${platform}`,
    `  plug-in ABI ${manifest.plugin_abi}, configuration schema ${manifest.config_schema}, data schema ${manifest.data_schema}`,
    ...Object.entries(manifest.components).map(([name, version]) => `  component ${name} ${version}`),
    ...(git_sha === undefined && build_time === undefined
      ? []
      : [`  built${from(" from ", git_sha)}${from(" at ", build_time)}`]),
    `  signed by: ${signers.length === 0 ? "nobody" : signers.map((keyid) => keyid.slice(0, 12)).join(" ")} (not checked)`,
    `  ${plural(files.length, "file")}, ${plural(payloadBytes(manifest), "byte")}`,
    ...files.map(
      ({ path, size, mode, sha256 }) => `    ${mode} ${size.toString().padStart(10)} ${sha256.slice(0, 12)} ${path}`,
    ),
    ...(manifest.notes === "" ? [] : ["", ...manifest.notes.trimEnd().split("\n")]),
  ];
  return lines.join("\n");
}

const from = (word: string, value: string | undefined): string => (value === undefined ? "" : word + value);
