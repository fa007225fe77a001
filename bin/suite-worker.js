// A thread of a suite, as the pool of threads loads it.
const { join } = require("node:path");

const dist = join(__dirname, "../dist");
require("./compiled.js").useCompiled(dist);
module.exports = require(join(dist, "suite/suite-worker.cjs"));
