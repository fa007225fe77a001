import * as z from "zod";
import { fromHex } from "../../bytes/hex.ts";
import { REQUEST_REPLY_OPTIONS as DEFAULTS, type RequestReplyOptions } from "./options.ts";

const DAY_MS = 86_400_000;
const PAYLOAD_MAX = 65_536;
const REQUESTS_MAX = 64;

const duration = z.number().min(1).max(DAY_MS);
const retries = z.int().min(0).max(1_000);

const payload = z.union([
  z.strictObject({ text: z.string().min(1).max(PAYLOAD_MAX) }),
  z.strictObject({
    hex: z
      .string()
      .max(3 * PAYLOAD_MAX)
      .refine((digits) => (fromHex(digits)?.length ?? 0) > 0, "must be hex digits, two a byte"),
  }),
]);

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const expectation = z.record(
  z.string().min(1).max(200),
  z.union([scalar, z.strictObject({ startsWith: z.string().min(1).max(1_000) })]),
);

const request = z.strictObject({
  name: z.string().min(1).max(100),
  send: payload,
  expect: expectation.exactOptional(),
  refuse: expectation.exactOptional(),
  afterMs: z.number().min(0).max(DAY_MS).default(0),
  everyMs: duration.exactOptional(),
  timeoutMs: duration.exactOptional(),
  retries: retries.exactOptional(),
});

const connect = z.strictObject({
  timeoutMs: duration.default(DEFAULTS.connect.timeoutMs),
  backoffMs: duration.default(DEFAULTS.connect.backoffMs),
  backoffMaxMs: duration.default(DEFAULTS.connect.backoffMaxMs),
  factor: z.number().min(1).max(10).default(DEFAULTS.connect.factor),
  failuresMax: z.int().min(1).max(1_000_000).exactOptional(),
});

export const requestReplyOptions = z.strictObject({
  framer: z
    .strictObject({ subject: z.string().min(1).max(200), options: z.json().exactOptional() })
    .default({ subject: DEFAULTS.framer.subject }),
  connect: connect.prefault({}),
  requests: z
    .array(request)
    .max(REQUESTS_MAX)
    .default([])
    .refine(
      (requests) => new Set(requests.map(({ name }) => name)).size === requests.length,
      "have the same name twice",
    ),
  heartbeat: z
    .strictObject({
      send: payload,
      expect: expectation.exactOptional(),
      everyMs: duration,
      missesMax: z.int().min(1).max(1_000).default(3),
    })
    .exactOptional(),
  timeoutMs: duration.default(DEFAULTS.timeoutMs),
  retries: retries.default(DEFAULTS.retries),
  unanswered: z.enum(["reconnect", "continue"]).default(DEFAULTS.unanswered),
}) satisfies z.ZodType<RequestReplyOptions>;
