#!/usr/bin/env node
// The external updater, for running it by hand: what a device runs is a copy of dist/updater.js.
import("../dist/updater.js");
