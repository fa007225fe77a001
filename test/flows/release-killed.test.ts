import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { ReleaseProject } from "./release-project.ts";
import { Device } from "./release-shop.ts";

/** Version, tag, folder and repository say the same, nothing else is left, and a device takes it. */
async function isWhole(project: ReleaseProject): Promise<void> {
  expect(project.standing()).toMatchObject({
    head: project.git("rev-parse", "v1.1.0^{commit}"),
    status: "",
    version: expect.stringContaining('"version": "1.1.0"'),
    finished: ["1.1.0"],
  });
  expect(project.git("tag", "--list")).toBe("v1.1.0");
  expect(readdirSync(join(project.folder, ".fieldtape/release"))).toEqual(["1.1.0"]);
  const device = new Device(project.shop);
  await device.install(join(project.folder, ".fieldtape/release/1.1.0/gateway-1.1.0-any.pkg"));
  expect((await device.update("repo")).result).toMatchObject({ current: "1.1.0", release: 1 });
}

test.each([
  ["before it has fetched the new version", "before", "fetch"],
  ["before the branch has the new version", "before", "merge"],
  ["with the new version on the branch, without its tag", "after", "merge"],
  ["with the tag, before the release has its folder", "after", "tag"],
] as const)(
  "a release killed in its last step, %s, is finished by --resume",
  async (_, when, word) => {
    const project = await ReleaseProject.open(temporaryFolder());
    expect(await project.releaseKilledAt(when, word, "--bump", "minor")).toBe("SIGKILL");
    expect(existsSync(join(project.folder, ".fieldtape/release/1.1.0")), "no folder before its tag").toBe(false);
    const resumed = await project.release("--resume");
    expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: 0 });
    const { steps } = JSON.parse(resumed.stdout);
    expect(steps.at(-2)).toMatchObject({ step: "upload", action: "keep" });
    expect(steps.at(-1)).toMatchObject({ step: "finish", action: "run" });
    await isWhole(project);
  },
  120_000,
);

test("a release killed when it only had to tidy up is said to be whole by --resume, and tidied up", async () => {
  const project = await ReleaseProject.open(temporaryFolder());
  const place = join(project.folder, ".fieldtape/release");
  await project.releaseKilledAt("after", "tag", "--bump", "minor");
  cpSync(join(place, "work"), join(project.shop.folder, "kept"), { recursive: true });
  await project.release("--resume");
  cpSync(join(project.shop.folder, "kept"), join(place, "work"), { recursive: true });
  rmSync(join(place, "work/release"), { recursive: true });
  const before = project.standing();
  const resumed = await project.release("--resume");
  expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: 0 });
  expect(JSON.parse(resumed.stdout)).toMatchObject({ version: "1.1.0", release: 1, tag: "v1.1.0" });
  expect(project.standing()).toEqual(before);
  await isWhole(project);
}, 120_000);
