// Reads a whole tape and says how many records it has and how much memory that took at most: `read-tape PATH`.
import process from "node:process";
import { openTape } from "../../src/tape/reader.ts";

await using tape = await openTape(process.argv[2] ?? "");
let records = 0;
for await (const batch of tape.batches()) records += batch.records.length;
const { damagedCount } = tape.facts();
process.stdout.write(JSON.stringify({ records, damagedCount, maxRss: process.resourceUsage().maxRSS * 1024 }));
