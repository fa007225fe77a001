import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkTape } from "../../src/tape/check.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import { nanos } from "../../src/time/nanos.ts";
import { turn } from "../../src/time/system-clock.ts";
import { SmallDisk } from "./small-disk.ts";
import { content, inFolder, recordsOf } from "./tape-files.ts";
import { derived, scanned, TAPE } from "./written.ts";

describe("blobs", () => {
  test("lie beside the tape before it names them", () =>
    inFolder(async (file) => {
      const path = file(TAPE);
      const writer = await TapeWriter.create(path, derived);
      const source = async function* () {
        yield Buffer.from("firm");
        yield Buffer.from("ware");
      };
      const record = await writer.addBlob(source(), {
        at: nanos(5),
        media: "application/octet-stream",
        name: "app.bin",
      });
      expect(record).toMatchObject({ type: "blob", at: 5, size: 8, name: "app.bin" });
      expect(readFileSync(`${path}.blobs/${record.sha256}`, "utf8")).toBe("firmware");
      await writer.close({ reason: "stop" });
      expect(content(await recordsOf(path))).toEqual([record]);
      expect(await checkTape(path)).toMatchObject({ findings: [], closed: true });
      expect(readdirSync(file("")).toSorted()).toEqual([TAPE, `${TAPE}.blobs`]);
    }));

  test("that take their time do not make time go back, and stay with their record's segment", async () => {
    const disk = new SmallDisk();
    const writer = await TapeWriter.over(disk, TAPE, derived);
    let go: () => void = () => {};
    const slow = async function* () {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      yield Uint8Array.of(1);
    };
    const adding = writer.addBlob(slow(), { at: nanos(1), media: "image/png" });
    await turn();
    writer.write({ type: "mark", at: nanos(50), label: "meanwhile" });
    writer.rotate(nanos(60));
    go();
    const record = await adding;
    expect(record.at).toBe(60);
    await writer.close({ reason: "stop" });
    expect(scanned(disk.text("a.0001.tape.jsonl")).records[1]).toMatchObject({ type: "blob", at: 0 });
    expect(disk.files.has(`a.0001.tape.jsonl.blobs/${record.sha256}`)).toBe(true);
  });

  test("are not parted from their record by a rotation while they are put in place", async () => {
    const disk = new SmallDisk();
    const writer = await TapeWriter.over(disk, TAPE, derived);
    disk.whileMoving = () => writer.rotate(nanos(9));
    const { sha256 } = await writer.addBlob(Uint8Array.of(1), { at: nanos(5), media: "image/png" });
    writer.write({ type: "mark", at: nanos(20), label: "after" });
    await writer.close({ reason: "stop" });
    expect(content(scanned(disk.text(TAPE)).records)).toMatchObject([{ type: "blob", sha256 }]);
    expect(disk.files.has(`${TAPE}.blobs/${sha256}`)).toBe(true);
    expect(content(scanned(disk.text("a.0001.tape.jsonl")).records)).toMatchObject([{ type: "mark", at: 0 }]);
  });

  test("that break off leave nothing behind, and the tape goes on", async () => {
    const disk = new SmallDisk();
    const writer = await TapeWriter.over(disk, TAPE, derived);
    const broken = async function* () {
      yield Uint8Array.of(1);
      throw new Error("the camera is gone");
    };
    await expect(writer.addBlob(broken(), { at: nanos(1), media: "image/png" })).rejects.toThrow("the camera is gone");
    await writer.close({ reason: "stop" });
    expect([...disk.files.keys()]).toEqual([TAPE]);
    expect(scanned(disk.text(TAPE)).facts).toMatchObject({ end: { reason: "stop" } });
  });
});
