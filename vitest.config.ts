import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A flaky test is a bug in our handling of time: never retried to green.
    retry: 0,
    allowOnly: false,
    setupFiles: ["test/setup.ts"],
  },
});
