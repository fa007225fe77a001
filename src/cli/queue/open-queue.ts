import { createRequire } from "node:module";
import type { ConnectionOptions } from "bullmq";
import { FieldtapeError } from "../../errors.ts";

/** The optional package that speaks to Redis, and where that is. */
export interface QueueHouse {
  readonly bullmq: typeof import("bullmq");
  readonly connection: ConnectionOptions;
}

/**
 * Opens the door to the job queue. `url`: `redis://[user:password@]host[:port][/database]`, or `rediss:` over TLS.
 *
 * @throws FieldtapeError USAGE for another URL, or when the packages are not installed
 */
export async function queueHouse(url: string): Promise<QueueHouse> {
  const { protocol, hostname, port, username, password, pathname } = parse(url);
  try {
    // bullmq looks for the package that speaks to Redis when it connects, which is too late to say what is missing.
    createRequire(import.meta.url).resolve("ioredis");
    const bullmq = await import("bullmq");
    const connection: ConnectionOptions = {
      host: hostname,
      port: port === "" ? 6379 : Number(port),
      db: Number(pathname.slice(1)) || 0,
      ...(username === "" ? {} : { username: decodeURIComponent(username) }),
      ...(password === "" ? {} : { password: decodeURIComponent(password) }),
      ...(protocol === "rediss:" ? { tls: {} } : {}),
    };
    return { bullmq, connection };
  } catch (cause) {
    throw new FieldtapeError("USAGE", "the job queue needs packages that are not installed", {
      cause,
      hint: "npm install bullmq ioredis",
    });
  }
}

function parse(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === "redis:" || parsed?.protocol === "rediss:") return parsed;
  throw new FieldtapeError("USAGE", `--redis ${url}: must be redis://HOST[:PORT]`);
}

/** Builds that would say different things never share a queue: a worker of another one does not even see the jobs. */
export function queueName(build: string | undefined): string {
  return `fieldtape-${build?.slice(0, 16) ?? "source"}`;
}
