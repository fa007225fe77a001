import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { payload } from "../ota/transfer/fetching.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startFieldtape } from "./command-line.ts";
import { Device, ReleaseShop } from "./release-shop.ts";

const SIZE = 500_000_000;

/** With ranges; counts the bytes that it gives. */
async function serveRanges(folder: string): Promise<{ url: string; sent: () => number }> {
  let sent = 0;
  const server = createServer((request, response) => {
    const path = join(folder, request.url ?? "");
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined) return void response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const range = from > 0 ? { "content-range": `bytes ${from}-${size - 1}/${size}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { etag: '"one"', "content-length": size - from, ...range });
    const source = createReadStream(path, { start: from }).on("data", (piece) => {
      sent += piece.length;
    });
    pipeline(source, response, () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent: () => sent };
}

/** The most memory that a process has held so far, in bytes; 0 when it has gone. */
function peakMemory(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

test("half a gigabyte is updated in bounded memory, and after a kill nothing that was saved is fetched again", async () => {
  const shop = await ReleaseShop.open(temporaryFolder());
  const device = new Device(shop);
  await device.install(await shop.pack("1.0.0", { app: "one" }));
  const piece = payload(10_000_000);
  const image = new Uint8Array(SIZE);
  for (let at = 0; at < SIZE; at += piece.length) image.set(piece, at);
  await shop.publish(await shop.pack("2.0.0", { image }));
  const { url, sent } = await serveRanges(join(shop.folder, "repo"));
  const args = ["ota", "device", "update", "--repo", url, "--install", "device", "--json"];
  let peak = 0;
  for (const kill of [true, false]) {
    const { child, finished } = startFieldtape(args, { cwd: shop.folder });
    let over = false;
    void finished.then(() => {
      over = true;
    });
    while (!over) {
      peak = Math.max(peak, peakMemory(child.pid ?? 0));
      if (kill && sent() > SIZE / 4) child.kill("SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  expect(peak).toBeGreaterThan(0);
  expect(peak).toBeLessThan(150_000_000);
  // What was on its way when it was killed, and what had not been saved yet.
  expect(sent()).toBeLessThan(SIZE + 40_000_000);
  expect(await device.say("status")).toMatchObject({ current: "2.0.0" });
}, 900_000);
