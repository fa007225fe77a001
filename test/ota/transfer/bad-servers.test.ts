import { describe, expect, test } from "vitest";
import { CHUNK_BYTES } from "../../../src/ota/transfer/download-plan.ts";
import { HttpTransport } from "../../../src/ota/transfer/http-transport.ts";
import { millis } from "../../../src/time/nanos.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { type Answer, answerFile, serve } from "./bad-server.ts";
import { type Brought, bring, isBrought, PATIENT, payload, wanted } from "./fetching.ts";

const bytes = payload(2 * CHUNK_BYTES + 12_345);
const object = wanted(bytes);
const ask = { port: "objects", objects: [object] } as const;

async function fetchFrom(answer: Answer, limits = PATIENT): Promise<Brought & { root: string; requests: unknown[] }> {
  const served = await serve(answer);
  const root = temporaryFolder();
  using transport = new HttpTransport(new URL(served.url));
  const brought = await bring({ transport, root, ask, limits });
  return { ...brought, root, requests: [...served.requests] };
}

describe("a payload gets whole onto the disk, or not at all", () => {
  test("from a server that does everything right", async () => {
    const { failed, root, requests, outputs } = await fetchFrom((context) => answerFile(context, bytes));
    expect(failed).toBeUndefined();
    expect(isBrought(root, object)).toBe(true);
    expect(requests).toEqual([{ path: `/objects/${object.sha256}` }]);
    expect(outputs.filter(({ type }) => type === "fetched")).toHaveLength(1);
  });

  test("a connection that breaks goes on where it broke, of the same file", async () => {
    const { failed, root, requests, troubles } = await fetchFrom((context) =>
      answerFile(context, bytes, context.count === 1 ? { cutAfter: CHUNK_BYTES + 5 } : {}),
    );
    expect(failed).toBeUndefined();
    expect(troubles).toEqual(["interrupted"]);
    expect(requests[1]).toMatchObject({ ifRange: '"one"' });
    expect(isBrought(root, object)).toBe(true);
  });

  test("a server without ranges begins anew, and nothing is spliced", async () => {
    const { failed, root, requests } = await fetchFrom((context) =>
      answerFile(context, bytes, { ranges: false, ...(context.count === 1 ? { cutAfter: CHUNK_BYTES } : {}) }),
    );
    expect(failed).toBeUndefined();
    expect(requests).toHaveLength(2);
    expect(isBrought(root, object)).toBe(true);
  });

  test("a part that is not the one asked for is refused, and then no part is asked for", async () => {
    const { failed, root, requests, troubles } = await fetchFrom((context) => {
      if (context.count === 1) answerFile(context, bytes, { cutAfter: CHUNK_BYTES });
      else if (context.request.headers.range === undefined) answerFile(context, bytes);
      else {
        const headers = { etag: '"one"', "content-range": `bytes 7-${bytes.length - 1}/${bytes.length}` };
        context.response.writeHead(206, headers).end(bytes.subarray(7));
      }
    });
    expect(failed).toBeUndefined();
    expect(troubles).toEqual(["interrupted", "range"]);
    expect(requests[2]).toEqual({ path: `/objects/${object.sha256}` });
    expect(isBrought(root, object)).toBe(true);
  });

  test("a multipart answer is no part", async () => {
    const { troubles, failed } = await fetchFrom((context) => {
      if (context.request.headers.range === undefined) {
        answerFile(context, bytes, context.count === 1 ? { cutAfter: CHUNK_BYTES } : {});
      } else context.response.writeHead(206, { "content-type": "multipart/byteranges; boundary=x" }).end("--x\n");
    });
    expect(failed).toBeUndefined();
    expect(troubles).toEqual(["interrupted", "range"]);
  });

  test("a file that changed meanwhile is fetched anew", async () => {
    const { failed, root } = await fetchFrom((context) =>
      context.count === 1
        ? answerFile(context, payload(bytes.length, 2), { cutAfter: CHUNK_BYTES + 7, etag: '"old"' })
        : answerFile(context, bytes, { etag: '"new"' }),
    );
    expect(failed).toBeUndefined();
    expect(isBrought(root, object)).toBe(true);
  });

  test("a file that changed under one tag is found out by its digest, and fetched anew", async () => {
    const { failed, root, troubles } = await fetchFrom((context) =>
      context.count === 1
        ? answerFile(context, payload(bytes.length, 2), { cutAfter: CHUNK_BYTES + 7 })
        : answerFile(context, bytes),
    );
    expect(failed).toBeUndefined();
    expect(troubles).toEqual(["interrupted", "digest"]);
    expect(isBrought(root, object)).toBe(true);
  });

  test("a part of another file is not joined, though the server did not heed If-Range", async () => {
    const { failed, root, requests, troubles } = await fetchFrom((context) => {
      if (context.count === 1) answerFile(context, payload(bytes.length, 2), { cutAfter: CHUNK_BYTES, etag: '"old"' });
      else {
        delete context.request.headers["if-range"];
        answerFile(context, bytes, { etag: '"new"' });
      }
    });
    expect(failed).toBeUndefined();
    expect(troubles).toEqual(["interrupted", "changed"]);
    expect(requests[2]).toEqual({ path: `/objects/${object.sha256}` });
    expect(isBrought(root, object)).toBe(true);
  });

  test("a body that ends in order, and too early, is not taken for the whole", async () => {
    const { failed, root, requests, troubles } = await fetchFrom((context) => {
      if (context.count > 1) answerFile(context, bytes);
      else context.response.writeHead(200, { etag: '"one"' }).end(bytes.subarray(0, CHUNK_BYTES + 1));
    });
    expect(failed).toBeUndefined();
    expect(troubles).toEqual(["interrupted"]);
    expect(requests[1]).toMatchObject({ range: expect.stringMatching(/^bytes=\d+-$/), ifRange: '"one"' });
    expect(isBrought(root, object)).toBe(true);
  });

  test("416 for the end of a file that is all there is the end", async () => {
    // The first answer does not say how long it is, and never ends.
    let unsatisfied = 0;
    const answer: Answer = (context) => {
      if (context.count === 1) context.response.writeHead(200, { etag: '"one"' }).write(bytes);
      else {
        answerFile(context, bytes);
        if (context.response.statusCode === 416) unsatisfied += 1;
      }
    };
    const { failed, root, requests } = await fetchFrom(answer, { ...PATIENT, idle: millis(500) });
    expect(failed).toBeUndefined();
    expect(requests[1]).toMatchObject({ range: `bytes=${bytes.length}-` });
    expect([requests.length, unsatisfied]).toEqual([2, 1]);
    expect(isBrought(root, object)).toBe(true);
  });

  test("a body that says it is longer is not even begun", async () => {
    const { failed } = await fetchFrom(({ response }) =>
      response.writeHead(200, { "content-length": 10 * bytes.length }).end(),
    );
    expect(failed).toBe("too-long");
  });

  test("a body without an end stops at what the file may have", async () => {
    let given = 0;
    const { failed } = await fetchFrom(({ response }) => {
      response.writeHead(200);
      const more = (): void => {
        if (response.destroyed) return;
        given += CHUNK_BYTES;
        response.write(payload(CHUNK_BYTES), more);
      };
      more();
    });
    expect(failed).toBe("too-long");
    expect(given).toBeLessThan(bytes.length + 8 * CHUNK_BYTES);
  });

  test("a shorter file under the same name is not taken", async () => {
    const { failed, troubles } = await fetchFrom((context) => answerFile(context, bytes.subarray(0, 1000)));
    expect(failed).toBe("changed");
    expect(troubles).toEqual(["changed", "changed", "changed"]);
  });

  test("a body that is encoded is not taken", async () => {
    const { failed } = await fetchFrom(({ response }) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end("gzip"),
    );
    expect(failed).toBe("refused");
  });

  test("wrong bytes are fetched once more, and then given up", async () => {
    const { failed, troubles, requests } = await fetchFrom((context) => answerFile(context, payload(bytes.length, 3)));
    expect(failed).toBe("digest");
    expect(troubles).toEqual(["digest", "digest"]);
    expect(requests).toHaveLength(2);
  });

  test.each([
    [404, "not-found"],
    [410, "not-found"],
    [403, "forbidden"],
    [400, "refused"],
  ])("%i ends it at once, also in the middle", async (status, failure) => {
    const first = await fetchFrom(({ response }) => response.writeHead(status).end());
    expect([first.failed, first.requests.length]).toEqual([failure, 1]);
    const later = await fetchFrom((context) =>
      context.count === 1
        ? answerFile(context, bytes, { cutAfter: CHUNK_BYTES })
        : context.response.writeHead(status).end(),
    );
    expect([later.failed, later.requests.length]).toEqual([failure, 2]);
  });

  test("a server that is overloaded is asked again, as often as it may be", async () => {
    const { failed, troubles } = await fetchFrom(({ response }) => response.writeHead(503).end());
    expect(failed).toBe("server");
    expect(troubles).toHaveLength(PATIENT.retry.tries.server);
  });

  test("Retry-After is waited for, up to a limit", async () => {
    const { failed, outputs } = await fetchFrom((context) =>
      context.count === 1
        ? context.response.writeHead(503, { "retry-after": "3600" }).end()
        : answerFile(context, bytes),
    );
    expect(failed).toBeUndefined();
    expect(outputs).toContainEqual({ type: "note", note: { type: "wait", span: PATIENT.retry.retryAfterMax } });
  });

  test("nobody there", async () => {
    const root = temporaryFolder();
    using transport = new HttpTransport(new URL("http://127.0.0.1:1"));
    const { failed, troubles } = await bring({ transport, root, ask });
    expect(failed).toBe("unreachable");
    expect(troubles).toHaveLength(PATIENT.retry.tries.unreachable);
  });

  test("a server that never answers", async () => {
    const { failed, troubles } = await fetchFrom(() => {}, { ...PATIENT, head: millis(30) });
    expect(failed).toBe("slow");
    expect(troubles).toHaveLength(PATIENT.retry.tries.slow);
  });

  test("a body that stops in its middle", async () => {
    const { failed, troubles } = await fetchFrom(
      ({ response }) => response.writeHead(200, { "content-length": bytes.length }).write(bytes.subarray(0, 1000)),
      { ...PATIENT, idle: millis(30) },
    );
    expect(failed).toBe("slow");
    expect(troubles).toHaveLength(PATIENT.retry.tries.slow);
  });

  test("a redirect is followed; one that leads in a circle, or to another kind of place, is not", async () => {
    const good = await fetchFrom((context) =>
      context.request.url?.startsWith("/moved") === true
        ? answerFile(context, bytes)
        : context.response.writeHead(307, { location: `/moved${context.request.url}` }).end(),
    );
    expect(good.failed).toBeUndefined();
    const circle = await fetchFrom(({ response }) => response.writeHead(302, { location: "/again" }).end());
    expect(circle.failed).toBe("redirect");
    const file = await fetchFrom(({ response }) => response.writeHead(302, { location: "file:///etc/passwd" }).end());
    expect(file.failed).toBe("redirect");
  });

  test("giving up leaves nothing under the name of the whole", async () => {
    const stop = new AbortController();
    const served = await serve(({ response }) => {
      response.writeHead(200, { "content-length": bytes.length }).write(bytes.subarray(0, CHUNK_BYTES));
      stop.abort();
    });
    const root = temporaryFolder();
    using transport = new HttpTransport(new URL(served.url));
    await bring({ transport, root, ask, cancel: stop.signal });
    expect(() => isBrought(root, object)).toThrow(/ENOENT/);
  });
});
