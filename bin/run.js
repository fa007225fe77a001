#!/usr/bin/env node
const { join } = require("node:path");
const process = require("node:process");

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`error: fieldtape needs Node 20.19 or later; this is ${process.version}\n`);
  process.exit(2);
}

const dist = join(__dirname, "../dist");
require("./compiled.js").useCompiled(dist);
let main;
try {
  ({ main } = require(join(dist, "cli/main.cjs")));
} catch (error) {
  if (error?.code !== "MODULE_NOT_FOUND") throw error;
  process.stderr.write(
    `error: fieldtape is not built here\n  run npm ci && npm run build\n  (${error.message.split("\n")[0]})\n`,
  );
  process.exit(2);
}
main(process.argv.slice(2));
