import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { pack } from "../../../src/ota/release/pack.ts";
import { signPackage } from "../../../src/ota/release/sign-package.ts";
import { beginTrust, type Trust } from "../../../src/ota/release/trust.ts";
import { verifyPackage } from "../../../src/ota/release/verify-package.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { bytesOf, KEYS, manifestOf, NOW, rootOf } from "./publisher.ts";

function payloadFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
    if (path.endsWith(".sh")) chmodSync(join(folder, path), 0o755);
  }
  return folder;
}

function trust(): Trust {
  const begun = beginTrust({ root: bytesOf(rootOf()), memory: {}, now: NOW });
  if ("refused" in begun) throw new Error(begun.refused.reason);
  return begun.accepted;
}

test("what was packed and signed by two of three keys is verified to the byte", async () => {
  const folder = payloadFolder({ "app.js": "hello", "bin/run.sh": "#!/bin/sh\n", empty: "" });
  const out = join(temporaryFolder(), "a.pkg");
  const { type: _type, schema: _schema, files: _files, ...release } = manifestOf();
  await pack({ folder, out, force: false, release });
  const one = async function* () {
    yield readFileSync(out);
  };
  expect(await verifyPackage(one(), { trust: trust() })).toMatchObject({
    refused: { reason: "threshold-not-met", valid: 0, threshold: 2 },
  });
  await signPackage(out, [KEYS.release[1]!]);
  await signPackage(out, [KEYS.release[0]!]);
  expect(await verifyPackage(one(), { trust: trust() })).toMatchObject({
    accepted: { manifest: { files: [{ path: "app.js" }, { path: "bin/run.sh", mode: "0755" }, { path: "empty" }] } },
  });
});
