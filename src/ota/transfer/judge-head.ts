import type { Nanos } from "../../time/nanos.ts";
import type { DownloadFailure } from "./download-plan.ts";
import type { DownloadState } from "./download-state.ts";
import { contentLength, contentRange, isPlain, type ResponseHead, retryAfter, strongTag } from "./response-head.ts";
import type { RetryKind } from "./retry.ts";

/** What an answer's head means for a download. */
export type HeadVerdict =
  /** The body goes on where we are. */
  | { readonly type: "go-on"; readonly etag: string | undefined; readonly total: number | undefined }
  /** The body is the whole file: what we have is not needed. */
  | { readonly type: "from-the-start"; readonly etag: string | undefined; readonly total: number | undefined }
  /** We have everything. */
  | { readonly type: "complete" }
  | { readonly type: "retry"; readonly kind: RetryKind; readonly detail: string; readonly asked?: Nanos }
  | { readonly type: "fail"; readonly failure: DownloadFailure; readonly detail: string };

/** Never splices: bytes are only taken as going on if the server says that they do, of the same file, to its end. */
export function judgeHead(state: DownloadState, head: ResponseHead): HeadVerdict {
  const { status } = head;
  if ((status === 200 || status === 206) && !isPlain(head)) {
    return { type: "fail", failure: "refused", detail: `the body is encoded as ${head.headers["content-encoding"]}` };
  }
  if (status === 200) return judgeWhole(state, head);
  if (status === 206) return judgePart(state, head);
  if (status === 416) return judgeUnsatisfied(state, head);
  const detail = `HTTP status ${status} for ${state.plan.path}`;
  if (status === 404 || status === 410) return { type: "fail", failure: "not-found", detail };
  if (status === 401 || status === 403 || status === 407) return { type: "fail", failure: "forbidden", detail };
  if (status >= 500 || status === 408 || status === 425 || status === 429) {
    const asked = retryAfter(head);
    return { type: "retry", kind: "server", detail, ...(asked === undefined ? {} : { asked }) };
  }
  return { type: "fail", failure: "refused", detail };
}

/** 200: also what a server answers that knows no ranges, or whose file has changed since (RFC 9110 §13.1.5, §14.2). */
function judgeWhole({ plan, offset }: DownloadState, head: ResponseHead): HeadVerdict {
  const length = contentLength(head);
  const total = plan.size ?? length;
  if (length !== undefined && length > plan.sizeMax) {
    return { type: "fail", failure: "too-long", detail: `${length} bytes, more than the ${plan.sizeMax} allowed` };
  }
  if (plan.size !== undefined && length !== undefined && length !== plan.size) {
    return { type: "retry", kind: "changed", detail: `${length} bytes, not the ${plan.size} that it should have` };
  }
  return { type: offset > 0 ? "from-the-start" : "go-on", etag: strongTag(head), total };
}

/** 206: exactly the rest that was asked for, or nothing. */
function judgePart({ plan, offset, etag, total }: DownloadState, head: ResponseHead): HeadVerdict {
  const range = contentRange(head);
  if (offset === 0) return wrongRange("a part, though everything was asked for");
  if (range === undefined || range.type !== "part") return wrongRange("a part without a single valid Content-Range");
  if (range.first !== offset) return wrongRange(`bytes from ${range.first}, not from ${offset}`);
  const whole = plan.size ?? total ?? range.total;
  if (range.total !== undefined && whole !== undefined && range.total !== whole) {
    return { type: "retry", kind: "changed", detail: `a part of ${range.total} bytes, not of ${whole}` };
  }
  const tag = strongTag(head);
  // RFC 9110 §15.3.7.2: parts with different strong tags may not be joined.
  if (etag !== undefined && tag !== undefined && tag !== etag) {
    return { type: "retry", kind: "changed", detail: `the entity tag is ${tag}, not ${etag}` };
  }
  if (whole === undefined || range.last !== whole - 1) return wrongRange(`bytes only to ${range.last}`);
  if (whole > plan.sizeMax) return { type: "fail", failure: "too-long", detail: `${whole} bytes` };
  return { type: "go-on", etag: tag ?? etag, total: whole };
}

/** 416 for a range from the end of a file on: there is no more of it. */
function judgeUnsatisfied({ plan, offset, total }: DownloadState, head: ResponseHead): HeadVerdict {
  const range = contentRange(head);
  const whole = plan.size ?? total;
  if (offset > 0 && range?.type === "unsatisfied" && range.total === offset && (whole ?? offset) === offset) {
    return { type: "complete" };
  }
  return wrongRange(`no bytes from ${offset} on`);
}

const wrongRange = (what: string): HeadVerdict => ({
  type: "retry",
  kind: "range",
  detail: `the server answered with ${what}`,
});
