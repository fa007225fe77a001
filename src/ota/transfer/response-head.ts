import { parseIso } from "../../time/iso.ts";
import { NANOS_PER_SECOND, type Nanos, nanos, seconds } from "../../time/nanos.ts";

/** The headers of a response that the downloader looks at; no other one is kept, so that none reaches a tape. */
export const HEADERS_KEPT = [
  "content-encoding",
  "content-length",
  "content-range",
  "date",
  "etag",
  "retry-after",
] as const;

export type HeaderName = (typeof HEADERS_KEPT)[number];

/** What stands before a response's body. Header names are lower case; a value has at most 1,024 characters. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Partial<Record<HeaderName, string>>>;
}

export const HEADER_VALUE_MAX = 1024;

/** What a `Content-Range` says (RFC 9110 §14.4): bytes `first` to `last` of `total`, or only the total (`bytes …`). */
export type ContentRange =
  | { readonly type: "part"; readonly first: number; readonly last: number; readonly total: number | undefined }
  | { readonly type: "unsatisfied"; readonly total: number };

/** `undefined` for anything that is no range of bytes: a missing header, another unit, `last` before `first`. */
export function contentRange({ headers }: ResponseHead): ContentRange | undefined {
  const text = headers["content-range"] ?? "";
  const unsatisfied = /^bytes \*\/([0-9]{1,15})$/.exec(text);
  if (unsatisfied !== null) return { type: "unsatisfied", total: Number(unsatisfied[1]) };
  const part = /^bytes ([0-9]{1,15})-([0-9]{1,15})\/([0-9]{1,15}|\*)$/.exec(text);
  if (part === null) return undefined;
  const [first, last] = [Number(part[1]), Number(part[2])];
  const total = part[3] === "*" ? undefined : Number(part[3]);
  if (last < first || (total !== undefined && last >= total)) return undefined;
  return { type: "part", first, last, total };
}

/** The declared length of the body; `undefined` if it is not declared or no number. */
export function contentLength({ headers }: ResponseHead): number | undefined {
  const text = headers["content-length"] ?? "";
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The entity tag, if it is a strong one: only those may be named in `If-Range` (RFC 9110 §13.1.5). */
export function strongTag({ headers }: ResponseHead): string | undefined {
  const tag = headers.etag ?? "";
  return /^"[\x21\x23-\x7e\x80-\xff]*"$/.test(tag) ? tag : undefined;
}

/** Whether the body is what was asked for, byte by byte: `identity` was. */
export function isPlain({ headers }: ResponseHead): boolean {
  const encoding = headers["content-encoding"] ?? "identity";
  return encoding.toLowerCase() === "identity";
}

/** How long the server asks to wait. A date is counted from the server's own `Date`: the device's may be wrong. */
export function retryAfter({ headers }: ResponseHead): Nanos | undefined {
  const text = headers["retry-after"] ?? "";
  if (/^[0-9]{1,7}$/.test(text)) return seconds(Number(text));
  const [until, now] = [httpDate(text), httpDate(headers.date ?? "")];
  if (until === undefined || now === undefined || until <= now) return undefined;
  const wait = until - now;
  return wait > BigInt(Number.MAX_SAFE_INTEGER) ? nanos(9_000_000 * NANOS_PER_SECOND) : nanos(Number(wait));
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** An IMF-fixdate (RFC 9110 §5.6.7), as nanoseconds since 1970. */
function httpDate(text: string): bigint | undefined {
  const match = /^[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9:]{8}) GMT$/.exec(text);
  const month = MONTHS.indexOf(match?.[2] ?? "") + 1;
  if (match === null || month === 0) return undefined;
  return parseIso(`${match[3]}-${month.toString().padStart(2, "0")}-${match[1]}T${match[4]}Z`);
}
