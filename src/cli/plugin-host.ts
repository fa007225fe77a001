import process from "node:process";
import { serve } from "../plugin/host.ts";
import { moduleInProcess } from "./module-subject.ts";
import { realWorld } from "./wiring.ts";

// The process that a module of the user's own runs in: plugin-host.js NAME MODULE. All the rest it is told on standard input.
const [name = "", path = ""] = process.argv.slice(2);
await serve((config) => moduleInProcess(name, path, config), realWorld({ sleep: "coarse" }).clock);
process.exit();
