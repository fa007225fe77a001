import { availableParallelism } from "node:os";
import process from "node:process";
import { defineConfig } from "vitest/config";

/** Tests that need a process of their own: they measure memory, or take globals away. Flows start the program anyway. */
const APART = ["test/flows/**/*.test.ts", "test/tidy.test.ts", "test/tape/memory.test.ts"];

/** Where continuous integration wants to read what ran and what was skipped. */
const report = process.env["FIELDTAPE_TEST_REPORT"];

export default defineConfig({
  test: {
    ...(report === undefined ? {} : { reporters: ["default", "json"], outputFile: { json: report } }),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A flaky test is a bug in our handling of time: never retried to green.
    retry: 0,
    allowOnly: false,
    // Flows often wait for the program that they started, and it for something else.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    globalSetup: ["test/own-surroundings.ts"],
    setupFiles: ["test/setup.ts"],
    projects: [
      // Nothing here has state outside its test: the files share their imports, which are most of the time.
      { extends: true, test: { name: "unit", include: ["test/**/*.test.{ts,tsx}"], exclude: APART, isolate: false } },
      { extends: true, test: { name: "apart", include: APART } },
    ],
  },
});
