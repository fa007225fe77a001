import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig, overlookedConfig } from "../../src/cli/config/config-file.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const load = (folder: string, options: { file?: string; none?: boolean } = {}) =>
  loadConfig({ folder, file: options.file, none: options.none ?? false });

/** A project's root: a folder with a package.json. */
function project(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), "{}");
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const AS_JSON = '{"subjects":{"inverter":{"subject":"length-prefixed","options":{"start":"5959"}}}}';

test.for([
  ["fieldtape.config.json", AS_JSON],
  ["fieldtape.config.yaml", 'subjects:\n  inverter:\n    subject: length-prefixed\n    options: { start: "5959" }\n'],
  ["fieldtape.config.js", `module.exports = ${AS_JSON};`],
  ["fieldtape.config.ts", `const config: object = ${AS_JSON};\nexport default config;`],
] as const)("a project configures its subjects in %s", async ([name, text]) => {
  const folder = project({ [name]: text });
  const below = join(folder, "tapes", "today");
  mkdirSync(below, { recursive: true });
  expect((await load(below)).config).toEqual(JSON.parse(AS_JSON));
});

test.for(["fieldtape.config.js", "fieldtape.config.json"])(
  "%s is not read where there is no project: the folder may be a stranger's",
  async (name) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, name), "throw new Error('was run')");
    expect(await load(folder)).toEqual({ config: {}, file: undefined });
  },
);

test("no configuration is read when none is wanted", async () => {
  expect(await load(project({ "fieldtape.config.json": "rubbish" }), { none: true })).toEqual({
    config: {},
    file: undefined,
  });
});

test.for([
  ["an unknown key", '{"subjcts":{}}', "subjcts"],
  ["a wrong value", '{"subject":3}', "subject: "],
  ["a name that no flag could carry", '{"subjects":{"My Parser":{"subject":"lines"}}}', "My Parser"],
  ["a schema to come", '{"schema":2}', "schema: this fieldtape knows configurations of schema 1 only"],
  ["text that is no JSON", "{", "cannot be read"],
] as const)("%s in the configuration is named", async ([, text, named]) => {
  const folder = project({ "fieldtape.config.json": text });
  await expect(load(folder)).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    file: join(folder, "fieldtape.config.json"),
    message: expect.stringContaining(named),
  });
});

test("two configurations side by side are refused", async () => {
  const folder = project({ "fieldtape.config.json": "{}", "fieldtape.config.yaml": "" });
  await expect(load(folder)).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining("more than one"),
  });
});

test("a named configuration that is missing is said", async () => {
  await expect(load(project({}), { file: "other.json" })).rejects.toMatchObject({ code: "INPUT_MISSING" });
});

test("a configuration that is not read, because its folder is no project, can be told", () => {
  const folder = temporaryFolder();
  expect(overlookedConfig(folder)).toBeUndefined();
  writeFileSync(join(folder, "fieldtape.config.json"), "{}");
  expect(overlookedConfig(folder)).toBe("fieldtape.config.json");
  writeFileSync(join(folder, "package.json"), "{}");
  expect(overlookedConfig(folder)).toBeUndefined();
});
