import { expect, test } from "vitest";
import { sha256Hex } from "../../../src/bytes/sha256.ts";
import { standIn } from "../../../src/ota/crash/content.ts";
import { ModelDisk } from "../../../src/ota/crash/model-disk.ts";

test.each([24, 10_000, 3_000_000])(
  "a file of which only digest and size (%i) are known is carried over as what it stands for, and is none once it is torn",
  (size) => {
    const sha256 = sha256Hex(new TextEncoder().encode(`what nobody has any more: ${size}`));
    const file = { sha256, size, mode: 0o755 };
    const disk = ModelDisk.empty();
    disk.perform({ do: "write", path: "old", offset: 0, bytes: standIn(sha256, size) });
    expect(disk.perform({ do: "copy", from: "old", path: "new", file })).toEqual({ ok: "done" });
    expect(disk.perform({ do: "digest", path: "new" })).toEqual({ ok: "digest", digest: { sha256, size } });
    disk.perform({ do: "sync", path: "new" });
    disk.perform({ do: "sync-folder", path: "" });
    const kept = disk.cut([]);
    expect(kept.perform({ do: "digest", path: "new" })).toEqual({ ok: "digest", digest: { sha256, size } });
    disk.perform({ do: "truncate", path: "old", size: size / 2 });
    expect(disk.perform({ do: "copy", from: "old", path: "other", file })).toEqual({ failed: "EBADMSG" });
  },
);

test("a file of many megabytes takes no more time and memory than its size", () => {
  const size = 48 * 1024 * 1024;
  const image = new Uint8Array(size).fill(7);
  const disk = ModelDisk.empty();
  for (let offset = 0; offset < size; offset += 65_536)
    disk.perform({ do: "write", path: "part", offset, bytes: image.slice(offset, offset + 65_536) });
  disk.perform({ do: "sync", path: "part" });
  disk.perform({ do: "sync-folder", path: "" });
  const file = { sha256: sha256Hex(image), size, mode: 0o644 };
  expect(disk.perform({ do: "copy", from: "part", path: "whole", file })).toEqual({ ok: "done" });
  const { pending } = disk;
  const torn = disk.cut(pending.filter((_, index) => index !== 10));
  expect(disk.cut(pending).perform({ do: "digest", path: "whole" })).toMatchObject({ digest: { sha256: file.sha256 } });
  expect(torn.perform({ do: "digest", path: "whole" })).not.toMatchObject({ digest: { sha256: file.sha256 } });
  expect(torn.perform({ do: "digest", path: "part" })).toMatchObject({ digest: { sha256: file.sha256 } });
});
