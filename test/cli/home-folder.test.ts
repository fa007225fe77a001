import { userInfo } from "node:os";
import process from "node:process";
import { afterEach, expect, test } from "vitest";
import { homeFolder } from "../../src/cli/home-folder.ts";
import { stateFolder } from "../../src/cli/state-folder.ts";

const before = process.env["HOME"];
afterEach(() => {
  if (before === undefined) delete process.env["HOME"];
  else process.env["HOME"] = before;
});

test.each(["", "relative"])("HOME=%j does not put what is the user's into the folder where he stands", (home) => {
  process.env["HOME"] = home;
  expect(homeFolder()).toBe(userInfo().homedir);
  expect(stateFolder({})).toBe(`${userInfo().homedir}/.local/state/fieldtape`);
});

test("HOME is where the user says", () => {
  process.env["HOME"] = "/somewhere/else";
  expect(homeFolder()).toBe("/somewhere/else");
});
