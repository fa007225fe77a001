// Recorded sessions of a device's updater: `ota device … --record` against a server on this machine.
import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answerFile, Shop } from "./ota-shop.mjs";
import { pause } from "./recording.mjs";

const HEALTHY = { starts: 2, health: { command: ["test", "-e", "good"] }, healthTimeout: "1s" };

/** A device with version 1.0.0, and 2.0.0 published for it. */
function shopWithUpdate(name, { policy, files, more } = {}) {
  const shop = new Shop(name);
  shop.install(shop.pack("1.0.0"), policy === undefined ? {} : { policy });
  shop.publish(
    shop.pack("2.0.0", { "app.txt": "version two\n", "lib/library": Buffer.alloc(120_000, "two"), ...files }, more),
  );
  return shop;
}

/** One session that is served as `disturb` says. */
async function served(shop, scenario, disturb) {
  const server = await shop.serve(disturb);
  await shop.session(scenario, "update", server);
  server.close();
}

const isObject = ({ request }) => request.url.startsWith("/objects/");
const flip = (bytes) => {
  const changed = Buffer.from(bytes);
  changed[changed.length >> 1] ^= 1;
  return changed;
};

export async function otaTold() {
  const shop = shopWithUpdate("told");
  const server = await shop.serve();
  await shop.session("clean", "update", server);
  await shop.session("confirmed", "confirm", server);
  await shop.session("nothing-newer", "update", server);
  await shop.session("rollback-asked-for", "rollback", server);
  await shop.session("not-offered-again", "update", server);
  server.close();
}

export async function otaProbed() {
  await served(shopWithUpdate("probed", { policy: HEALTHY }), "healthy");
  const bad = shopWithUpdate("bad", { policy: HEALTHY, files: { good: undefined } });
  await served(bad, "rolled-back");
  const asks = shopWithUpdate("asks", { policy: { ...HEALTHY, consent: "ask" } });
  await served(asks, "staged-until-asked");
}

export async function otaLost() {
  const shop = shopWithUpdate("lost");
  rmSync(join(shop.folder, "device", "versions"), { recursive: true });
  await served(shop, "trees-lost");
}

export async function otaLinks() {
  let broken = 0;
  await served(shopWithUpdate("resumed"), "resumed", (context) => {
    if (!isObject(context) || broken++ > 0) return false;
    return answerFile(context, { cutAfter: 70_000 });
  });
  let cut = 0;
  await served(shopWithUpdate("no-ranges"), "no-ranges", (context) =>
    answerFile(context, { ranges: false, ...(isObject(context) && cut++ === 0 ? { cutAfter: 70_000 } : {}) }),
  );
  let busy = 0;
  await served(shopWithUpdate("overloaded"), "overloaded", ({ request, response }) => {
    if (request.url !== "/timestamp.json" || busy++ > 0) return false;
    response.writeHead(503, { "retry-after": "1" }).end();
    return true;
  });
  let wrong = 0;
  await served(shopWithUpdate("wrong-range"), "wrong-range", (context) => {
    const { request, response } = context;
    if (!isObject(context)) return false;
    if (request.headers.range === undefined) return answerFile(context, wrong++ === 0 ? { cutAfter: 70_000 } : {});
    response.writeHead(206, { "content-range": "bytes 1-9/10" }).end("ten bytes");
    return true;
  });
  await served(shopWithUpdate("tampered"), "payload-tampered", (context) =>
    isObject(context) ? answerFile(context, { change: flip }) : false,
  );
}

export async function otaRefused() {
  const refuse = async (name, disturb, options) => served(shopWithUpdate(name, options), `refused-${name}`, disturb);
  const tamper = (pattern) => (context) => pattern.test(context.request.url) && answerFile(context, { change: flip });
  // Whoever changes the timestamp has its old signature to show.
  await refuse("timestamp-tampered", (context) => {
    const { request, response, repo } = context;
    if (tamper(/^\/timestamp\.json$/)(context)) return true;
    if (!request.url.startsWith("/signatures/")) return false;
    const sha256 = createHash("sha256")
      .update(readFileSync(join(repo, "timestamp.json")))
      .digest("hex");
    response.writeHead(200).end(readFileSync(join(repo, "signatures", `${sha256}.sig`)));
    return true;
  });
  await refuse("manifest-tampered", tamper(/^\/manifests\//));
  await refuse("signature-missing", ({ request, response }) => {
    if (!request.url.startsWith("/signatures/")) return false;
    response.writeHead(404).end();
    return true;
  });
  await refuse("wrong-device", undefined, { more: ["--compatible", "rev-b"] });
  await refuse("wrong-platform", undefined, { more: ["--platform", "linux-x64"] });
  await refuse("installed-too-old", undefined, { more: ["--min-app", "1.5.0"] });
  const downgrade = new Shop("downgrade");
  downgrade.install(downgrade.pack("3.0.0"));
  downgrade.publish(downgrade.pack("2.0.0", { "app.txt": "older\n" }));
  await served(downgrade, "refused-downgrade");
  const expired = new Shop("expired");
  expired.install(expired.pack("1.0.0"));
  expired.publish(expired.pack("2.0.0", { "app.txt": "two\n" }), "1s");
  await pause(1500);
  await served(expired, "refused-timestamp-expired");
  await rolledBackRepository();
}

/** The repository is set back to what it was before. */
async function rolledBackRepository() {
  const shop = shopWithUpdate("replayed");
  cpSync(join(shop.folder, "repo"), join(shop.folder, "before"), { recursive: true });
  shop.publish(shop.pack("3.0.0", { "app.txt": "version three\n" }));
  await served(shop, undefined);
  await shop.session(undefined, "confirm");
  rmSync(join(shop.folder, "repo"), { recursive: true });
  cpSync(join(shop.folder, "before"), join(shop.folder, "repo"), { recursive: true });
  await served(shop, "refused-timestamp-rollback");
}

export async function otaRotated() {
  const shop = new Shop("rotated");
  shop.install(shop.pack("1.0.0"));
  shop.rotate();
  shop.publish(shop.pack("2.0.0", { "app.txt": "version two\n" }));
  for (const name of readdirSync(shop.folder).filter((file) => /^2\.root\.json/.test(file))) {
    const target = join(shop.folder, "repo", name);
    if (!readdirSync(join(shop.folder, "repo")).includes(name))
      writeFileSync(target, readFileSync(join(shop.folder, name)));
  }
  await served(shop, "root-rotated");
}
