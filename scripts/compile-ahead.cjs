// Takes the way of a capture through the program once, and keeps what V8 compiled for it: see bin/compiled.js.
const { mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const process = require("node:process");
const { setFlagsFromString } = require("node:v8");
const { MessageChannel, receiveMessageOnPort } = require("node:worker_threads");
const { recordCompiled } = require("../bin/compiled.js");

const dist = join(__dirname, "../dist");

const WAY = [
  ["--help"],
  ["suite", "run", "--help"],
  ["import", "gnss.log", "--format", "raw", "-o", "gnss.tape.jsonl"],
  ["tape", "check", "gnss.tape.jsonl"],
  ["replay", "gnss.tape.jsonl", "--subject", "nmea"],
  ["scenario", "new", "gnss/fix", "--from", "gnss.tape.jsonl", "--why", "an example", "--subject", "nmea"],
  ["suite", "accept", "gnss/fix", "--reason", "an example"],
  ["suite", "run"],
];

async function compileAhead() {
  const keep = recordCompiled(dist);
  const { main } = require(join(dist, "cli/main.cjs"));
  writeFileSync("gnss.log", "$GPGGA,092725.00,4717.11399,N,00833.91590,E,1,08,1.01,499.6,M,48.0,M,,*5B\r\n".repeat(3));
  for (const args of WAY) {
    await main([...args, "--no-config"]);
    if (process.exitCode) throw new Error(`fieldtape ${args.join(" ")}: exit ${process.exitCode}`);
  }
  await playCase();
  // A run of a suite has set this; what is kept must fit a program that has just started.
  if (process.versions.v8.startsWith("11.")) setFlagsFromString("--interrupt-budget=67584");
  keep();
}

/** As a thread of the suite does it. */
async function playCase() {
  const { runTask } = require(join(dist, "suite/suite-worker.cjs"));
  const { port1, port2 } = new MessageChannel();
  const corpus = join(folder, "corpora");
  const job = { corpus, folder: join(corpus, "gnss/fix"), pendingFolder: join(folder, "pending") };
  const begun = new Int32Array(new SharedArrayBuffer(4));
  await runTask({ jobs: [job], config: { folder, none: true }, port: port1, begun });
  const [{ result }] = receiveMessageOnPort(port2).message.finished;
  if (result.outcome.type !== "passed") throw new Error(`a case in a thread: ${JSON.stringify(result)}`);
  port1.close();
}

const folder = mkdtempSync(join(tmpdir(), "fieldtape-compile-"));
process.env.FIELDTAPE_STATE = folder;
delete process.env.CI; // where no golden is accepted; this one lives as long as this script
process.chdir(folder);
compileAhead()
  .catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  })
  .finally(() => rmSync(folder, { recursive: true, force: true }));
