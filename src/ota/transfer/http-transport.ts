import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { systemCode } from "../../errors.ts";
import { HEADER_VALUE_MAX, HEADERS_KEPT, type ResponseHead } from "./response-head.ts";
import { type Transport, type TransportRequest, type TransportResponse, TransportTrouble } from "./transport.ts";

const REDIRECTS_MAX = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** A repository behind any HTTP server or object store. */
export class HttpTransport implements Transport {
  readonly location: string;
  private readonly base: URL;
  private readonly agents = {
    "http:": new HttpAgent({ keepAlive: true, maxSockets: 2 }),
    "https:": new HttpsAgent({ keepAlive: true, maxSockets: 2 }),
  };

  /** `base` is an http or https URL; its user, password and query go with every request, and nowhere else. */
  constructor(base: URL) {
    this.base = base;
    this.location = plainLocation(base);
  }

  async get({ path, from, ifRange }: TransportRequest, signal: AbortSignal): Promise<TransportResponse> {
    const headers = {
      accept: "*/*",
      // Ranges and digests are of the bytes themselves (RFC 9110 §12.5.3).
      "accept-encoding": "identity",
      ...(from === undefined ? {} : { range: `bytes=${from}-` }),
      ...(ifRange === undefined ? {} : { "if-range": ifRange }),
    };
    let url = this.urlOf(path);
    for (let hop = 0; ; hop += 1) {
      const response = await this.ask(url, headers, signal);
      const { statusCode = 0 } = response;
      if (!REDIRECTS.has(statusCode)) return { head: headOf(response), body: bodyOf(response, signal) };
      response.destroy();
      if (hop === REDIRECTS_MAX) throw new TransportTrouble("redirect", `more than ${REDIRECTS_MAX} redirects`);
      url = redirected(url, response.headers.location);
    }
  }

  [Symbol.dispose](): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  private urlOf(path: string): URL {
    const url = new URL(this.base);
    url.pathname = `${url.pathname.replace(/\/+$/, "")}/${path}`;
    return url;
  }

  private ask(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<IncomingMessage> {
    const secure = url.protocol === "https:";
    const options = { headers, signal };
    return new Promise((resolve, reject) => {
      const asked: ClientRequest = secure
        ? requestHttps(url, { ...options, agent: this.agents["https:"] })
        : requestHttp(url, { ...options, agent: this.agents["http:"] });
      asked.on("response", resolve);
      // Also after the answer: a connection that is lost then is told by the body.
      asked.on("error", (error) => reject(signal.aborted ? signal.reason : troubleOf(error)));
      asked.end();
    });
  }
}

/** Where it is, without what is nobody's business. */
function plainLocation(base: URL): string {
  return `${base.origin}${base.pathname.replace(/\/+$/, "")}`;
}

/** Nobody is led from a connection that cannot be read to one that can. */
function redirected(from: URL, location: string | undefined): URL {
  const to = URL.canParse(location ?? "", from.href) ? new URL(location ?? "", from) : undefined;
  if (location === undefined || to === undefined) throw new TransportTrouble("redirect", "a redirect to nowhere");
  const safe = to.protocol === "https:" || (to.protocol === "http:" && from.protocol === "http:");
  if (!safe) throw new TransportTrouble("redirect", `a redirect from ${from.protocol} to ${to.protocol}`);
  return to;
}

function headOf(response: IncomingMessage): ResponseHead {
  const headers: Record<string, string> = {};
  for (const name of HEADERS_KEPT) {
    const value = response.headers[name];
    if (typeof value === "string") headers[name] = value.slice(0, HEADER_VALUE_MAX);
  }
  return { status: response.statusCode ?? 0, headers };
}

async function* bodyOf(response: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array, undefined> {
  try {
    for await (const piece of response) {
      const bytes: Uint8Array = piece;
      yield bytes;
    }
  } catch (thrown) {
    signal.throwIfAborted();
    throw troubleOf(thrown);
  } finally {
    response.destroy();
  }
  if (!response.complete) throw new TransportTrouble("interrupted", "the connection was closed in the body");
}

const LOST: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "ERR_STREAM_PREMATURE_CLOSE"]);

function troubleOf(thrown: unknown): TransportTrouble {
  const code = systemCode(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const detail = code === undefined || message.includes(code) ? message : `${message} (${code})`;
  if (code?.startsWith("HPE_") === true) return new TransportTrouble("protocol", detail, thrown);
  return new TransportTrouble(LOST.has(code ?? "") ? "interrupted" : "unreachable", detail, thrown);
}
