import { expect, test } from "vitest";
import { cuts } from "../../../src/ota/crash/cuts.ts";
import { ModelDisk } from "../../../src/ota/crash/model-disk.ts";
import type { FileOperation } from "../../../src/ota/update/durable-fs.ts";

/** What each cut leaves of a disk after these operations: every path, and of files their text. */
function left(...operations: FileOperation[]): string[] {
  const disk = ModelDisk.empty();
  for (const operation of operations) expect(disk.perform(operation)).toEqual({ ok: "done" });
  const worlds = [...cuts(disk)].map((cut) =>
    cut.disk
      .paths()
      .map(({ path, node }) => {
        if (node.kind === "link") return `${path}→${node.target}`;
        return node.kind === "folder" ? `${path}/` : `${path}=${new TextDecoder().decode(node.bytes)}`;
      })
      .join(" "),
  );
  return [...new Set(worlds)].toSorted();
}

const file = (path: string, text: string): FileOperation => ({ do: "create", path, text, mode: 0o644 });
const sync = (path: string): FileOperation => ({ do: "sync", path });
const folder = (path: string): FileOperation => ({ do: "make-folder", path });
const syncFolder = (path = ""): FileOperation => ({ do: "sync-folder", path });

test("a new file may be missing, empty or whole", () => {
  expect(left(file("a", "x"))).toEqual(["", "a=", "a=x"]);
});

test("a synced file is whole or missing; with its folder synced, too, it is there", () => {
  expect(left(file("a", "x"), sync("a"))).toEqual(["", "a=x"]);
  expect(left(file("a", "x"), sync("a"), syncFolder())).toEqual(["a=x"]);
});

test("a file renamed before it is synced may be empty under its new name", () => {
  expect(left(file("a", "x"), { do: "rename", from: "a", path: "b" }, syncFolder())).toEqual(["b=", "b=x"]);
});

test("a rename replaces in one step: the old one or the new one, never none", () => {
  const worlds = left(file("a", "old"), sync("a"), syncFolder(), file("n", "new"), sync("n"), {
    do: "rename",
    from: "n",
    path: "a",
  });
  expect(worlds.every((world) => world.includes("a=old") || world.includes("a=new"))).toBe(true);
  expect(worlds).toContain("a=new");
});

test("what is added to a file may be torn at a sector, the rest missing or zeros", () => {
  const line = "x".repeat(600);
  const worlds = left(file("a", ""), sync("a"), syncFolder(), { do: "append", path: "a", text: line });
  expect(worlds.map((world) => [world.length - 2, world.includes("\0")])).toEqual([
    [0, false],
    [512, false],
    [600, true],
    [600, false],
  ]);
});

test("of two additions the first may be lost and the second not: zeros stand where it was", () => {
  const worlds = left(
    file("a", ""),
    sync("a"),
    syncFolder(),
    { do: "append", path: "a", text: "one" },
    { do: "append", path: "a", text: "two" },
  );
  expect(worlds).toEqual(["a=", "a=\0\0\0two", "a=one", "a=onetwo"].toSorted());
});

test("a tree that is taken away may be half there", () => {
  const made = [
    folder("t"),
    file("t/a", "x"),
    sync("t/a"),
    file("t/b", "y"),
    sync("t/b"),
    syncFolder("t"),
    syncFolder(),
  ];
  expect(left(...made, { do: "remove-tree", path: "t" })).toEqual(["", "t/", "t/ t/a=x", "t/ t/a=x t/b=y", "t/ t/b=y"]);
});

test("what a sync failed to save is seen as long as the system runs, and never reaches the disk", () => {
  const disk = ModelDisk.empty();
  disk.perform(file("a", "x"));
  disk.perform(syncFolder());
  disk.failSync("a");
  disk.perform(sync("a"));
  expect(disk.perform({ do: "read", path: "a", sizeMax: 10 })).toEqual({ ok: "text", text: "x" });
  expect([...cuts(disk)].map((cut) => cut.disk.perform({ do: "read", path: "a", sizeMax: 10 }))).toEqual([
    { ok: "text", text: "" },
  ]);
});

test("many effects are tried by their beginnings and each one missing", () => {
  const files = Array.from({ length: 10 }, (_, index) => folder(`f${index}`));
  expect(left(...files)).toHaveLength(11 + 9);
});
