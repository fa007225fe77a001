import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openRepository } from "../../../src/ota/transfer/open-repository.ts";

test("user, password and query of a repository go with every request, and stand in no record", async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer(({ url, headers }, response) => {
    asked.push(url, headers.authorization);
    response.end("{}");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  using transport = openRepository(`http://device:hush@127.0.0.1:${port}/ota/?Signature=hush`, "/");
  expect(transport.location).toBe(`http://127.0.0.1:${port}/ota`);
  const { head } = await transport.get({ path: "timestamp.json" }, new AbortController().signal);
  expect(JSON.stringify(head)).not.toContain("hush");
  expect(asked).toEqual([
    "/ota/timestamp.json?Signature=hush",
    `Basic ${Buffer.from("device:hush").toString("base64")}`,
  ]);
});
