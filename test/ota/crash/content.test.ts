import { expect, test } from "vitest";
import { sha256Hex } from "../../../src/bytes/sha256.ts";
import { standIn } from "../../../src/ota/crash/content.ts";
import { ModelDisk } from "../../../src/ota/crash/model-disk.ts";

test("a file of which only digest and size are known is carried over as what it stands for, and is none once it is torn", () => {
  const sha256 = sha256Hex(new TextEncoder().encode("what nobody has any more"));
  const file = { sha256, size: 24, mode: 0o755 };
  const disk = ModelDisk.empty();
  disk.perform({ do: "write", path: "old", offset: 0, bytes: standIn(sha256, 24) });
  expect(disk.perform({ do: "copy", from: "old", path: "new", file })).toEqual({ ok: "done" });
  expect(disk.perform({ do: "digest", path: "new" })).toEqual({ ok: "digest", digest: { sha256, size: 24 } });
  disk.perform({ do: "truncate", path: "old", size: 12 });
  expect(disk.perform({ do: "copy", from: "old", path: "other", file })).toEqual({ failed: "EBADMSG" });
});
