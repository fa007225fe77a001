import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { needs } from "../needs.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { Device, ReleaseShop, serveSecurely } from "./release-shop.ts";

needs("python3")(
  "a device is updated and confirmed from a server that knows no ranges",
  async () => {
    const shop = await ReleaseShop.open(temporaryFolder());
    const device = new Device(shop);
    await device.install(await shop.pack("1.0.0", { "app.txt": "one" }));
    await shop.publish(await shop.pack("2.0.0", { "app.txt": "two", blob: new Uint8Array(3_000_000).fill(7) }));
    const args = ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "-d", join(shop.folder, "repo")];
    const server = spawn("python3", args, { stdio: ["ignore", "pipe", "ignore"] });
    onTestFinished(() => void server.kill());
    const [line] = await once(server.stdout, "data");
    const port = /port ([0-9]+)/.exec(String(line))?.[1];
    expect((await device.update(`http://127.0.0.1:${port}`)).result).toMatchObject({ outcome: "unconfirmed" });
    expect(await device.say("confirm")).toMatchObject({ outcome: "committed", current: "2.0.0", release: 2 });
    expect(device.read("app.txt")).toBe("two");
  },
  60_000,
);

needs("nginx")(
  "what was fetched of a download that was killed is not sent again by nginx, in bytes",
  async () => {
    const shop = await ReleaseShop.open(temporaryFolder());
    const device = new Device(shop);
    const size = 24_000_000;
    await device.install(await shop.pack("1.0.0", { "app.txt": "one" }));
    await shop.publish(await shop.pack("2.0.0", { blob: new Uint8Array(size).fill(7) }));
    const port = await freePort();
    mkdirSync(join(shop.folder, "nginx"));
    writeFileSync(join(shop.folder, "nginx.conf"), nginxConfig(shop.folder, port));
    const server = spawn("nginx", ["-p", shop.folder, "-c", "nginx.conf"], { stdio: "ignore" });
    onTestFinished(() => void server.kill());
    const log = join(shop.folder, "access.log");
    const sent = (): number[] =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line.startsWith("/objects/"))
        .map((line) => Number(line.split(" ").at(-1)));

    const cut = spawn(process.execPath, [PROGRAM, ...UPDATE, `http://127.0.0.1:${port}`], { cwd: shop.folder });
    const record = join(device.place, "staging", "parts");
    await expect.poll(() => offsetIn(record), { timeout: 30_000 }).toBeGreaterThan(0);
    cut.kill("SIGKILL");
    await once(cut, "close");
    const kept = offsetIn(record);
    expect((await device.update(`http://127.0.0.1:${port}`)).result).toMatchObject({ outcome: "unconfirmed" });
    // The server writes its line when the client may have finished already.
    await expect.poll(() => sent().at(-1), { timeout: 10_000 }).toBeLessThanOrEqual(size - kept);
  },
  90_000,
);

needs("openssl")(
  "a device is updated over TLS from a server whose certificate the site's own authority has signed",
  async () => {
    const shop = await ReleaseShop.open(temporaryFolder());
    const device = new Device(shop);
    await device.install(await shop.pack("1.0.0", { "app.txt": "one" }));
    await shop.publish(await shop.pack("2.0.0", { "app.txt": "two" }));
    const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: shop.folder, stdio: "ignore" });
    const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    openssl("req", "-x509", ...made, "-keyout", "site.pem", "-out", "site.crt", "-subj", "/CN=the site's authority");
    writeFileSync(join(shop.folder, "names"), "subjectAltName=IP:127.0.0.1\n");
    openssl("req", ...made, "-keyout", "server.pem", "-out", "server.csr", "-subj", "/CN=server");
    const by = ["-CA", "site.crt", "-CAkey", "site.pem", "-CAcreateserial", "-days", "2", "-extfile", "names"];
    openssl("x509", "-req", "-in", "server.csr", "-out", "server.crt", ...by);
    const read = (name: string): string => readFileSync(join(shop.folder, name), "utf8");
    const url = await serveSecurely(join(shop.folder, "repo"), { key: read("server.pem"), cert: read("server.crt") });
    const trusting = { NODE_EXTRA_CA_CERTS: join(shop.folder, "site.crt") };
    expect((await device.update(url, [], trusting)).result).toMatchObject({ outcome: "unconfirmed" });
    expect(await device.say("confirm")).toMatchObject({ outcome: "committed", current: "2.0.0" });
    expect(device.read("app.txt")).toBe("two");
  },
  60_000,
);

const PROGRAM = join(import.meta.dirname, "../../bin/run.js");
const UPDATE = ["ota", "device", "update", "--install", "device", "--repo"];

/** How far the download has come for sure. A record that has only its partial name vouches for nothing yet. */
function offsetIn(folder: string): number {
  try {
    const name = readdirSync(folder).find((one) => /^[^.].*\.json$/.test(one));
    return name === undefined ? 0 : Number(JSON.parse(readFileSync(join(folder, name), "utf8")).offset);
  } catch {
    return 0;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

function nginxConfig(folder: string, port: number): string {
  return `daemon off; master_process off; pid ${folder}/nginx/pid; error_log ${folder}/nginx/error.log;
events {}
http {
  client_body_temp_path ${folder}/nginx/a; proxy_temp_path ${folder}/nginx/b; fastcgi_temp_path ${folder}/nginx/c;
  uwsgi_temp_path ${folder}/nginx/d; scgi_temp_path ${folder}/nginx/e;
  log_format bytes '$request_uri $status $body_bytes_sent';
  access_log ${folder}/access.log bytes;
  server { listen 127.0.0.1:${port}; root ${folder}/repo; limit_rate 12m; }
}
`;
}
