import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

export interface FolderServer extends AsyncDisposable {
  readonly url: string;
}

/** Serves the files of a folder on this machine, whole, and nothing else: what any static server does. */
export async function serveFolder(folder: string): Promise<FolderServer> {
  const server = createServer(async ({ url = "" }, response) => {
    // Names in a repository are plain: whatever else is asked for is not there.
    const path = /^\/[0-9A-Za-z./-]*$/.test(url) && !url.includes("..") ? join(folder, url) : undefined;
    const bytes = path === undefined ? undefined : await readFile(path).catch(() => undefined);
    if (bytes === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-length": bytes.length }).end(bytes);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
