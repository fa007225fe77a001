// Who may import whom. Each rule carries its reason; ARCHITECTURE.md draws the same picture.

/** Rooms of src/ and what each may look into, besides itself, `errors.ts` and `bytes/`, which everyone may. */
const rooms = {
  errors: { sees: [], why: "errors.ts is the floor: it knows nobody." },
  bytes: { sees: [], why: "bytes/ holds what everything below may need, and nothing else." },
  time: { sees: [], why: "time/ is a value type and its ports; it must not know what is timed." },
  machine: { sees: ["time"], why: "Machines are pure: bytes in, values out, no tape, no link." },
  tape: { sees: ["time"], why: "The tape is read by people without our machines." },
  link: { sees: ["time"], why: "A link moves bytes and stamps them; it does not know what they mean." },
  protocol: { sees: ["machine", "time"], why: "Protocols are machines and nothing else." },
  simulator: {
    sees: ["protocol", "link", "machine", "time"],
    why: "A simulated device stands behind the real port and speaks the real protocol.",
  },
  recorder: { sees: ["link", "tape", "machine", "time"], why: "Decoding while recording comes in from cli/wiring." },
  replayer: { sees: ["tape", "machine", "time"], why: "The regression side knows nothing but Subject." },
  scenarios: { sees: ["replayer", "tape", "machine", "time"], why: "A scenario sees Subject, never a protocol." },
  plugin: {
    sees: ["replayer", "protocol", "link", "tape", "machine", "time"],
    why: "A plug-in is a Subject in another process; what adapts other code to it keeps bytes as every framer does.",
  },
  bundle: { sees: ["scenarios", "replayer", "tape", "machine", "time"], why: "A bundle packs what the others wrote." },
  ota: { sees: ["link", "tape", "machine", "time"], why: "The updater is a machine with its own drivers." },
};

const layer = ([room, { sees, why }]) => ({
  name: `room-${room}`,
  comment: why,
  severity: "error",
  from: { path: `^src/${room}(/|\\.ts$)` },
  to: {
    path: "^src/",
    pathNot: [`^src/${room}(/|\\.ts$)`, "^src/errors\\.ts$", "^src/bytes/", ...sees.map((seen) => `^src/${seen}/`)],
  },
});

/** One door per library: [package, the only places that may open it, why]. */
const doors = [
  ["serialport|@serialport/[^/]+", "^src/link/serial\\.ts$", "native code behind one port"],
  ["zod", "(^|/)schema\\.ts$", "foreign data is parsed at the door, once"],
  ["ink|react", "^src/cli/(screens|reporters)/", "screens are never required; loaded only when asked for"],
  ["@oclif/core", "^src/cli/", "only the command line knows the command framework"],
  ["bullmq", "^src/cli/queue/", "an engine that most never need; loaded when it is asked for"],
  ["tinypool", "^src/cli/", "threads are wiring: names cross them, not functions"],
  ["jiti", "^src/(cli/config/|plugin/module-file)", "a configuration and a module of one's own may be TypeScript"],
  ["tweetnacl", "^src/ota/release/ed25519\\.ts$", "signatures are made and verified in one place"],
  ["kaitai-struct", "^src/plugin/kaitai/", "declared formats are read in one place"],
  ["semver", "^src/ota/release/version\\.ts$", "versions are compared in one place"],
  ["ndjson", "^src/link/json-lines\\.ts$", "messages of other programs; a tape has its own scanner"],
  ["yazl", "^src/bundle/zip/zip-stream\\.ts$", "bundles are packed in one place"],
  ["yauzl", "^src/bundle/zip/zip-file\\.ts$", "what strangers packed is opened in one place"],
  ["age-encryption", "^src/bundle/age\\.ts$", "bundles are encrypted and decrypted in one place"],
  ["pino|rotating-file-stream", "^src/cli/log/log-file\\.ts$", "a log is opened when there is something to say"],
  ["re2js", "^src/tape/pattern\\.ts$", "one linear-time regular-expression engine, one home"],
];

const door = ([library, home, why]) => ({
  name: `door-${library.split("|")[0]}`,
  comment: `${library}: ${why}`,
  severity: "error",
  from: { path: "^src/", pathNot: home },
  to: { path: `^node_modules/(${library})/` },
});

export default {
  forbidden: [
    ...Object.entries(rooms).map(layer),
    ...doors.map(door),
    {
      name: "pure-core",
      comment: "bytes, machine and protocol take values and return values: no file, socket, clock or chance.",
      severity: "error",
      from: { path: "^src/(bytes|machine|protocol)/", pathNot: "^src/bytes/(base64|hex|sha256)\\.ts$" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-cycles",
      comment: "Two files that need each other are one concept, or hide a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-dev-library-in-product",
      comment: "What ships may only need what is installed with it.",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "resolvable",
      comment: "An import that resolves to nothing is a typing error.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
