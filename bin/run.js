#!/usr/bin/env node
import process from "node:process";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`error: fieldtape needs Node 20.19 or later; this is ${process.version}\n`);
  process.exit(2);
}

let main;
try {
  ({ main } = await import("../dist/cli/main.js"));
} catch (error) {
  if (error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
  process.stderr.write(`error: fieldtape is not built here\n  run npm ci && npm run build\n  (${error.message})\n`);
  process.exit(2);
}
await main(process.argv.slice(2));
