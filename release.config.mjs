// How fieldtape makes its own releases: `npm run release`. Not fieldtape.config.*, which every command that is run here would read.
import { BUNDLED } from "./scripts/bundled.mjs";

export default {
  release: {
    product: "fieldtape",
    platform: "host",
    dependencies: "link",
    tests: [
      ["npm", "run", "check"],
      ["npm", "test"],
    ],
    build: [["npm", "run", "build"]],
    versions: ["node", "bin/run.js", "--version", "--json"],
    payload: ["bin", "dist", "docs", "package.json", "oclif.manifest.json", "README.md", "CHANGELOG.md", "LICENSE"],
    leaveOut: [".d.ts", ".d.mts", ".d.cts", ".map", ".flow"],
    modules: {
      bundled: BUNDLED,
      licences: ["MIT", "ISC", "BSD-3-Clause", "0BSD", "Apache-2.0", "BlueOak-1.0.0", "Unlicense"],
    },
    expires: "30d",
  },
};
