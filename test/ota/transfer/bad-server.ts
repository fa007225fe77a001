import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Served {
  readonly url: string;
  /** `GET /path` with its Range and If-Range, in order. */
  readonly requests: readonly { readonly path: string; readonly range?: string; readonly ifRange?: string }[];
  /** Bytes of bodies that were given to the connection. */
  readonly sent: () => number;
}

export type Answer = (context: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly count: number;
}) => void;

/** A server on this machine that answers as it is told. */
export async function serve(answer: Answer): Promise<Served> {
  const requests: { path: string; range?: string; ifRange?: string }[] = [];
  let sent = 0;
  const server = createServer((request, response) => {
    const { range } = request.headers;
    const ifRange = request.headers["if-range"];
    requests.push({
      path: request.url ?? "",
      ...(range === undefined ? {} : { range }),
      ...(typeof ifRange === "string" ? { ifRange } : {}),
    });
    const write = response.write.bind(response);
    const end = response.end.bind(response);
    response.write = (chunk: Uint8Array, then?: unknown) => {
      sent += chunk.length;
      return write(chunk, typeof then === "function" ? () => then() : undefined);
    };
    response.end = (chunk?: unknown) => {
      if (chunk instanceof Uint8Array) sent += chunk.length;
      return chunk === undefined ? end() : end(chunk);
    };
    answer({ request, response, count: requests.length });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, sent: () => sent };
}

export interface FileAnswer {
  readonly etag?: string;
  /** Cut the connection after so many bytes of the body. */
  readonly cutAfter?: number;
  readonly ranges?: boolean;
}

/** Answers as a good server does, unless told otherwise. */
export function answerFile(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  bytes: Uint8Array,
  { etag = '"one"', cutAfter, ranges = true }: FileAnswer = {},
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const same = request.headers["if-range"] === undefined || request.headers["if-range"] === etag;
  const partial = ranges && same && from > 0;
  const first = partial ? from : 0;
  if (partial && first >= bytes.length) {
    response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
    return;
  }
  const range = partial ? { "content-range": `bytes ${first}-${bytes.length - 1}/${bytes.length}` } : {};
  response.writeHead(partial ? 206 : 200, { etag, "content-length": bytes.length - first, ...range });
  if (cutAfter === undefined) response.end(bytes.subarray(first));
  else response.write(bytes.subarray(first, first + cutAfter), () => response.destroy());
}
