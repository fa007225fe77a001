import { defineConfig } from "vitest/config";

/** The long runs: a hundred kills, a gigabyte of tape, a minute of fuzzing a target. */
export default defineConfig({
  test: {
    include: ["test/**/*.soak.ts"],
    testTimeout: 30 * 60_000,
    hookTimeout: 5 * 60_000,
    fileParallelism: false,
    retry: 0,
    globalSetup: ["test/own-surroundings.ts"],
    setupFiles: ["test/setup.ts"],
  },
});
