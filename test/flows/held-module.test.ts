import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { jsonLines } from "./command-line.ts";
import { hasNamespaces, moduleOnSeven, ownProject, playMine, playModule, SEVEN } from "./held-subjects.ts";

const states = (stdout: string) => jsonLines(stdout).filter(({ machine }) => machine === "mine").length;

describe("a module of one's own that", () => {
  test("behaves says in its own process what it says in this one", async () => {
    const source = moduleOnSeven("");
    const apart = await playModule(source);
    const here = await playModule(source, "--in-process");
    expect(apart).toMatchObject({ code: 0 });
    expect(states(apart.stdout)).toBe(10);
    expect(apart.stdout).toBe(here.stdout);
  });

  test("throws is told with the record that did it, and the end of its log", async () => {
    const { code, stderr } = await playModule(
      moduleOnSeven('console.log("about to"); throw new Error("seven is too much")'),
    );
    expect(code).toBe(5);
    expect(stderr).toContain(`${SEVEN}mine failed at 7000 ns: seven is too much`);
    expect(stderr).toMatch(/its log ends with\n\s+about to\n\s+Error: seven is too much/);
  });

  test("exits without a word is told with the record that did it", async () => {
    const { code, stderr } = await playModule(moduleOnSeven("process.exit(0)"));
    expect(code).toBe(5);
    expect(stderr).toContain(`${SEVEN}mine ended by itself with exit code 0`);
  });

  test("loops for ever has hung", async () => {
    const { code, stderr } = await playModule(moduleOnSeven("for (;;);"));
    expect(code).toBe(5);
    expect(stderr).toContain(`${SEVEN}mine has said nothing for 1.5 s`);
  });

  test("loops for ever while it is loaded has hung", async () => {
    const { code, stderr } = await playModule("for (;;);");
    expect(code).toBe(5);
    expect(stderr).toContain("mine has said nothing for 1.5 s");
  });

  test.each([
    ["numbers", "const kept = []; for (;;) kept.push(new Array(1e6).fill(0.5));"],
    ["buffers", "const kept = []; for (;;) kept.push(Buffer.alloc(1 << 24, 1));"],
  ])("allocates %s without end is stopped", async (_, action) => {
    const { code, stderr } = await playModule(moduleOnSeven(action));
    expect(code).toBe(5);
    expect(stderr).toContain(SEVEN);
    expect(stderr).toMatch(/mine (took more than 160 MiB of memory|was ended by SIG|ended by itself with exit code)/);
  });

  test("prints a gigabyte is stopped, and fieldtape keeps the end of it at most", async () => {
    const { code, stderr } = await playModule(
      moduleOnSeven('for (let left = 1e6; left > 0; left -= 1) console.log("x".repeat(1000));'),
    );
    expect(code).toBe(5);
    expect(stderr).toContain(SEVEN);
    expect(stderr.length).toBeLessThan(10_000);
  });

  test("says more than a run may say at once is stopped", async () => {
    const flood = 'return { state, outputs: Array.from({ length: 200_000 }, () => ({ type: "say", value: 1 })) };';
    const { code, stderr } = await playModule(moduleOnSeven(flood));
    expect(code).toBe(5);
    expect(stderr).toContain(`${SEVEN}mine said more than 100000 answers at once`);
  });

  test("writes to the protocol itself is not believed", async () => {
    const { code, stderr } = await playModule(
      moduleOnSeven('writeSync(1, "{\\"type\\":\\"out");', 'import { writeSync } from "node:fs";'),
    );
    expect(code).toBe(5);
    expect(stderr).toContain(`${SEVEN}mine answered with a line that is none`);
  });

  test("reads /etc/passwd is refused", async () => {
    const { code, stderr } = await playModule(
      moduleOnSeven('readFileSync("/etc/passwd")', 'import { readFileSync } from "node:fs";'),
    );
    expect(code).toBe(5);
    expect(stderr).toContain(`${SEVEN}mine failed at 7000 ns: Access to this API has been restricted`);
  });

  test("reads a file of its own folder may", async () => {
    const action = 'if (readFileSync(new URL("mine.mjs", import.meta.url)).length === 0) throw new Error("nothing")';
    expect(await playModule(moduleOnSeven(action, 'import { readFileSync } from "node:fs";'))).toMatchObject({
      code: 0,
    });
  });

  test("writes a file is refused, and nothing is written", async () => {
    const place = join(temporaryFolder(), "left.txt");
    writeFileSync(place, "as it was");
    const action = `writeFileSync(${JSON.stringify(place)}, "mine")`;
    const { code, stderr } = await playModule(moduleOnSeven(action, 'import { writeFileSync } from "node:fs";'));
    expect(code).toBe(5);
    expect(stderr).toContain("Access to this API has been restricted");
    expect(readFileSync(place, "utf8")).toBe("as it was");
  });

  test.each([
    ["process", 'spawnSync("true")', 'import { spawnSync } from "node:child_process";'],
    ["thread", 'new Worker("0", { eval: true })', 'import { Worker } from "node:worker_threads";'],
  ])("starts another %s is refused", async (_, action, imports) => {
    const { code, stderr } = await playModule(moduleOnSeven(action, imports));
    expect(code).toBe(5);
    expect(stderr).toContain(`${SEVEN}mine failed at 7000 ns: Access to this API has been restricted`);
  });

  test("looks into the environment finds nothing of the user's", async () => {
    const action = 'console.error(Object.keys(process.env).sort().join()); throw new Error("seen")';
    const { stderr } = await playModule(moduleOnSeven(action));
    expect(stderr).toMatch(/\n\s+LANG,PATH,PYTHONHASHSEED,TZ\n/);
  });

  test.runIf(hasNamespaces)("opens a socket finds no network", async () => {
    const server = createServer(() => expect.unreachable("it came through"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const address = server.address();
      const port = typeof address === "object" ? address?.port : 0;
      const dial = `import { connect } from "node:net";
        await new Promise((resolve, reject) => connect(${port}, "127.0.0.1", resolve).on("error", reject));`;
      const { code, stderr } = await playModule(moduleOnSeven("", dial));
      expect(code).toBe(5);
      expect(stderr).toContain("ENETUNREACH");
    } finally {
      server.close();
    }
  });

  test.runIf(hasNamespaces)("kills its parent does not reach it", async () => {
    const { code, stderr } = await playModule(moduleOnSeven('process.kill(process.ppid, "SIGKILL"); for (;;);'));
    expect(code).toBe(5);
    expect(stderr).toMatch(/mine (was ended by SIGKILL|has said nothing)/);
  });

  test("belongs to a package of another ABI is refused before any code of it runs", async () => {
    const place = join(temporaryFolder(), "ran.txt");
    const source = `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(place)}, "");`;
    const files = { "mine/mine.mjs": source, "mine/package.json": '{"fieldtape":{"abi":99}}' };
    for (const flags of [[], ["--in-process"]]) {
      const { code, stderr } = await playMine(ownProject({ mine: { module: "./mine/mine.mjs" } }, files), ...flags);
      expect(code).toBe(2);
      expect(stderr).toContain("written for plug-in ABI 99; this fieldtape has ABI 1");
      expect(() => readFileSync(place)).toThrow("ENOENT");
    }
  });

  test("is TypeScript is loaded as it is", async () => {
    const source = moduleOnSeven("").replace(
      "initial: () => ({ lines: 0 })",
      "initial: (): { lines: number } => ({ lines: 0 })",
    );
    const { code, stdout, stderr } = await playMine(
      ownProject({ mine: { module: "./mine/mine.ts" } }, { "mine/mine.ts": source }),
    );
    expect(stderr).not.toContain("error");
    expect({ code, said: states(stdout) }).toEqual({ code: 0, said: 10 });
  });
});
