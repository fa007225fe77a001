import { once } from "node:events";
import { createRequire } from "node:module";
import { connect } from "node:net";
import type { ConnectionOptions } from "bullmq";
import { FieldtapeError } from "../../errors.ts";
import { ownSecret } from "../secrets/own-secret.ts";

type RedisPlace = ConnectionOptions & { readonly host: string; readonly port: number };

const CONNECT_MS = 10_000;

/** The optional package that speaks to Redis, and where that is. */
export interface QueueHouse {
  readonly bullmq: typeof import("bullmq");
  readonly connection: RedisPlace;
}

/**
 * Opens the door to the job queue. `url`: `redis://[user:password@]host[:port][/database]`, or `rediss:` over TLS.
 *
 * @throws FieldtapeError USAGE for another URL, or when the packages are not installed; LINK_OPEN_FAILED when nobody listens there
 */
export async function queueHouse(url: string, signal: AbortSignal): Promise<QueueHouse> {
  const place = parse(url);
  const password = place.password === "" ? await ownSecret("redisPassword") : decodeURIComponent(place.password);
  const house = await furnished(place, password);
  await reach(house.connection, signal);
  return house;
}

/** The packages would try for ever, and say nothing. */
async function reach({ host, port }: RedisPlace, signal: AbortSignal): Promise<void> {
  const socket = connect({ host, port });
  socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error(`no answer in ${CONNECT_MS / 1000} s`)));
  try {
    await once(socket, "connect", { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new FieldtapeError("LINK_OPEN_FAILED", `cannot reach Redis at ${host}:${port}`, {
      cause,
      hint: "is redis-server running there?",
    });
  } finally {
    socket.destroy();
  }
}

async function furnished(
  { protocol, hostname, port, username, pathname }: URL,
  password: string | undefined,
): Promise<QueueHouse> {
  try {
    // bullmq looks for the package that speaks to Redis when it connects, which is too late to say what is missing.
    createRequire(import.meta.url).resolve("ioredis");
    const bullmq = await import("bullmq");
    const connection: RedisPlace = {
      host: hostname.replace(/^\[(.*)\]$/, "$1"),
      port: port === "" ? 6379 : Number(port),
      db: Number(pathname.slice(1)) || 0,
      ...(username === "" ? {} : { username: decodeURIComponent(username) }),
      ...(password === undefined ? {} : { password }),
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
  throw new FieldtapeError("USAGE", "--redis: must be redis://HOST[:PORT]", {
    hint: "its password is better told by FIELDTAPE_REDIS_PASSWORD: every process of this machine can read a command line",
  });
}

/** Builds that would say different things never share a queue: a worker of another one does not even see the jobs. */
export function queueName(build: string | undefined): string {
  return `fieldtape-${build?.slice(0, 16) ?? "source"}`;
}
