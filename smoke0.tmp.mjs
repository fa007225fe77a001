// src/errors.ts
function unreachable(value) {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
function assert(claim, message) {
  if (!claim) throw new Error(`bug in fieldtape: ${message}`);
}

// src/bytes/sha256.ts
import { createHash } from "node:crypto";
function sha256Hex(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

// src/ota/update/layout.ts
var CURRENT = "current";
var VERSIONS = "versions";
var STAGING = "staging";
var OBJECTS = "staging/objects";
var TREES = "trees";
var JOURNAL = "journal.jsonl";
var KEPT = "trust.json";
var partial = (name) => `.${name}`;
var isPartial = (name) => name.startsWith(".");
var treePath = (tree) => `${VERSIONS}/${tree}`;
var partialTreePath = (tree) => `${VERSIONS}/${partial(tree)}`;
var treeListPath = (tree) => `${TREES}/${tree}.json`;
var objectPath = (sha256) => `${OBJECTS}/${sha256}`;
function isTreeName(name) {
  return /^[0-9A-Za-z][0-9A-Za-z.+-]{0,99}$/.test(name);
}

// src/ota/update/tree-list.ts
var TREE_LIST_SIZE_MAX = 64 * 1024 * 1024;
function treeListText(list) {
  return `${JSON.stringify(list)}
`;
}
function treeRef(list) {
  const { name, version: version2, release } = list;
  return { name, version: version2, release, list: sha256Hex(new TextEncoder().encode(treeListText(list))) };
}
function isListOf(tree, text) {
  return sha256Hex(new TextEncoder().encode(text)) === tree.list;
}
function filesOf({ components }) {
  return components.flatMap(({ files }) => files).toSorted((a, b) => a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
}
function foldersOf(files) {
  const folders = /* @__PURE__ */ new Set();
  for (const { path } of files) {
    for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1))
      folders.add(path.slice(0, slash));
  }
  return [...folders].toSorted();
}
function composeTree(offer, base, taken) {
  const brought = new Set(offer.components.map(({ name: name2 }) => name2));
  const carried = base?.components.filter(({ name: name2 }) => !brought.has(name2)) ?? [];
  const components = [...offer.components, ...carried].toSorted((a, b) => a.name < b.name ? -1 : 1);
  const name = taken.includes(offer.version) ? `${offer.version}-r${offer.release}` : offer.version;
  if (!isTreeName(name) || taken.includes(name)) return { refused: "bad-version" };
  const clash = clashOf(filesOf({ components }).map(({ path }) => path));
  if (clash) return { refused: "two-files-of-one-name" };
  const { version: version2, release, manifest } = offer;
  return { list: { name, version: version2, release, manifest, components } };
}
function clashOf(paths) {
  const seen2 = new Set(paths);
  return seen2.size < paths.length || foldersOf(paths.map((path) => ({ path, sha256: "", size: 0, mode: 0 }))).some((folder) => seen2.has(folder));
}

// src/ota/update/installation.ts
var NOTHING_INSTALLED = { floor: 0, failed: [], trees: [] };
function treeOf(installation2, name) {
  return installation2.trees.find((tree) => tree.name === name);
}
function wantedTree({ change, confirmed: confirmed3 }) {
  return change === void 0 || change.phase === "staged" ? confirmed3 : change.to;
}
function withoutTree(installation2, name) {
  const { previous } = installation2;
  return {
    ...installation2,
    trees: installation2.trees.filter((tree) => tree.name !== name),
    previous: previous === name ? void 0 : previous
  };
}

// src/time/nanos.ts
var NANOS_PER_MILLI = 1e6;
function nanos(value) {
  if (!Number.isSafeInteger(value)) throw new Error(`bug in fieldtape: ${value} is not a whole number of nanoseconds`);
  return value;
}
var ZERO = nanos(0);
var millis = (count2) => nanos(Math.round(count2 * NANOS_PER_MILLI));
function plus(at, span) {
  return nanos(at + span);
}

// src/bytes/crc.ts
var CATALOGUE = {
  "CRC-8/AUTOSAR": [47, 255, false, 255, 223],
  "CRC-8/BLUETOOTH": [167, 0, true, 0, 38],
  "CRC-8/CDMA2000": [155, 255, false, 0, 218],
  "CRC-8/DARC": [57, 0, true, 0, 21],
  "CRC-8/DVB-S2": [213, 0, false, 0, 188],
  "CRC-8/I-432-1": [7, 0, false, 85, 161],
  "CRC-8/MAXIM-DOW": [49, 0, true, 0, 161],
  "CRC-8/NRSC-5": [49, 255, false, 0, 247],
  "CRC-8/OPENSAFETY": [47, 0, false, 0, 62],
  "CRC-8/ROHC": [7, 255, true, 0, 208],
  "CRC-8/SAE-J1850": [29, 255, false, 255, 75],
  "CRC-8/SMBUS": [7, 0, false, 0, 244],
  "CRC-8/TECH-3250": [29, 255, true, 0, 151],
  "CRC-8/WCDMA": [155, 0, true, 0, 37],
  "CRC-16/ARC": [32773, 0, true, 0, 47933],
  "CRC-16/CDMA2000": [51303, 65535, false, 0, 19462],
  "CRC-16/CMS": [32773, 65535, false, 0, 44775],
  "CRC-16/DDS-110": [32773, 32781, false, 0, 40655],
  "CRC-16/DECT-X": [1417, 0, false, 0, 127],
  "CRC-16/DNP": [15717, 0, true, 65535, 60034],
  "CRC-16/EN-13757": [15717, 0, false, 65535, 49847],
  "CRC-16/GENIBUS": [4129, 65535, false, 65535, 54862],
  "CRC-16/GSM": [4129, 0, false, 65535, 52796],
  "CRC-16/IBM-3740": [4129, 65535, false, 0, 10673],
  "CRC-16/IBM-SDLC": [4129, 65535, true, 65535, 36974],
  "CRC-16/KERMIT": [4129, 0, true, 0, 8585],
  "CRC-16/MAXIM-DOW": [32773, 0, true, 65535, 17602],
  "CRC-16/MCRF4XX": [4129, 65535, true, 0, 28561],
  "CRC-16/MODBUS": [32773, 65535, true, 0, 19255],
  "CRC-16/NRSC-5": [2059, 65535, true, 0, 41062],
  "CRC-16/OPENSAFETY-A": [22837, 0, false, 0, 23864],
  "CRC-16/OPENSAFETY-B": [30043, 0, false, 0, 8446],
  "CRC-16/PROFIBUS": [7631, 65535, false, 65535, 43033],
  "CRC-16/RIELLO": [4129, 45738, true, 0, 25552],
  "CRC-16/SPI-FUJITSU": [4129, 7439, false, 0, 58828],
  "CRC-16/T10-DIF": [35767, 0, false, 0, 53467],
  "CRC-16/TELEDISK": [41111, 0, false, 0, 4019],
  "CRC-16/UMTS": [32773, 0, false, 0, 65256],
  "CRC-16/USB": [32773, 65535, true, 65535, 46280],
  "CRC-16/XMODEM": [4129, 0, false, 0, 12739],
  "CRC-24/BLE": [1627, 5592405, true, 0, 12737110],
  "CRC-24/FLEXRAY-A": [6122955, 16702650, false, 0, 7961021],
  "CRC-24/FLEXRAY-B": [6122955, 11259375, false, 0, 2040760],
  "CRC-24/INTERLAKEN": [3312483, 16777215, false, 16777215, 11858918],
  "CRC-24/OPENPGP": [8801531, 11994318, false, 0, 2215682],
  "CRC-24/OS-9": [8388707, 16777215, false, 16777215, 2101157],
  "CRC-32/AIXM": [2168537515, 0, false, 0, 806403967],
  "CRC-32/AUTOSAR": [4104977171, 4294967295, true, 4294967295, 379048042],
  "CRC-32/BASE91-D": [2821953579, 4294967295, true, 4294967295, 2268157302],
  "CRC-32/BZIP2": [79764919, 4294967295, false, 4294967295, 4236843288],
  "CRC-32/CD-ROM-EDC": [2147581979, 0, true, 0, 1858268612],
  "CRC-32/CKSUM": [79764919, 0, false, 4294967295, 1985902208],
  "CRC-32/ISCSI": [517762881, 4294967295, true, 4294967295, 3808858755],
  "CRC-32/ISO-HDLC": [79764919, 4294967295, true, 4294967295, 3421780262],
  "CRC-32/JAMCRC": [79764919, 4294967295, true, 0, 873187033],
  "CRC-32/MPEG-2": [79764919, 4294967295, false, 0, 58124007],
  "CRC-32/XFER": [175, 0, false, 0, 3171672888]
};
var CRC_NAMES = Object.keys(CATALOGUE).filter(isCrcName);
function isCrcName(name) {
  return Object.hasOwn(CATALOGUE, name);
}
var made = /* @__PURE__ */ new Map();
function crc(name) {
  const known = made.get(name);
  if (known !== void 0) return known;
  const [poly, init, reflected, xorout, check2] = CATALOGUE[name];
  const width = Number.parseInt(name.slice("CRC-".length), 10);
  const fresh = makeCrc({ name, width, poly, init, refin: reflected, refout: reflected, xorout, check: check2 });
  made.set(name, fresh);
  return fresh;
}
function makeCrc(parameters) {
  const { width, poly, refin } = parameters;
  const table = new Int32Array(256);
  const divisor = refin ? reflect(poly, width) : poly << 32 - width;
  for (let byte = 0; byte < 256; byte++) {
    let register = refin ? byte : byte << 24;
    for (let bit = 0; bit < 8; bit++) {
      const out = refin ? register & 1 : register & 2147483648;
      register = refin ? register >>> 1 : register << 1;
      if (out !== 0) register ^= divisor;
    }
    table[byte] = register;
  }
  return { ...parameters, table };
}
function crcBegin({ width, init, refin }) {
  return refin ? reflect(init, width) | 0 : init << 32 - width;
}
function crcUpdate(model, register, bytes, start, end2) {
  const { table } = model;
  let crc2 = register;
  if (model.refin) {
    for (let at = start; at < end2; at++) crc2 = (table[(crc2 ^ (bytes[at] ?? 0)) & 255] ?? 0) ^ crc2 >>> 8;
  } else {
    for (let at = start; at < end2; at++) crc2 = (table[(crc2 >>> 24 ^ (bytes[at] ?? 0)) & 255] ?? 0) ^ crc2 << 8;
  }
  return crc2;
}
function crcEnd({ width, refin, refout, xorout }, register) {
  const value = refin ? register >>> 0 : register >>> 32 - width;
  return ((refin === refout ? value : reflect(value, width)) ^ xorout) >>> 0;
}
function crcOf(model, bytes, start = 0, end2 = bytes.length) {
  return crcEnd(model, crcUpdate(model, crcBegin(model), bytes, start, end2));
}
function reflect(value, width) {
  let reflected = 0;
  for (let bit = 0; bit < width; bit++) {
    if ((value >>> bit & 1) === 1) reflected |= 1 << width - 1 - bit;
  }
  return reflected >>> 0;
}

// src/ota/update/after-event.ts
var FAILED_MAX = 100;
function afterEvent(before, event, floor) {
  const installation2 = { ...before, floor: Math.max(before.floor, floor) };
  switch (event.type) {
    case "base":
      return { ...event.installation, floor: Math.max(installation2.floor, event.installation.floor) };
    case "installed":
    case "confirmed":
      return confirmed(withTree(installation2, event.tree), event.tree.name);
    case "staged":
      return { ...withTree(installation2, event.tree), change: { phase: "staged", to: event.tree.name } };
    case "switching":
    case "switched":
      return {
        ...withTree(installation2, event.tree),
        change: { phase: event.type, to: event.tree.name, starts: startsOf(installation2) }
      };
    case "starting":
      return {
        ...withTree(installation2, event.tree),
        change: { phase: "switched", to: event.tree.name, starts: event.attempt }
      };
    case "rolling-back": {
      const { from, tree, reason } = event;
      return { ...installation2, change: { phase: "rolling-back", from: from.name, to: tree.name, reason } };
    }
    case "rolled-back":
      return {
        ...installation2,
        failed: [...installation2.failed, event.from.release].slice(-FAILED_MAX),
        confirmed: event.tree.name,
        previous: installation2.previous === event.tree.name ? void 0 : installation2.previous,
        change: void 0
      };
    case "abandoned":
      return { ...installation2, change: void 0 };
    case "retired":
      return withoutTree(installation2, event.tree.name);
    default:
      return unreachable(event);
  }
}
function startsOf({ change }) {
  return change !== void 0 && "starts" in change ? change.starts : 0;
}
function confirmed(installation2, name) {
  const previous = installation2.confirmed === name ? installation2.previous : installation2.confirmed;
  return { ...installation2, confirmed: name, previous, change: void 0 };
}
function withTree(installation2, tree) {
  return { ...installation2, trees: [...installation2.trees.filter(({ name }) => name !== tree.name), tree] };
}

// src/ota/update/schema.ts
import { z } from "zod";
var count = z.int().min(0);
var digest = z.string().regex(/^[0-9a-f]{64}$/);
var treeName = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.+-]{0,99}$/);
var version = z.string().min(1).max(100);
var words = z.string().max(1e3);
var treeRef2 = z.object({ name: treeName, version, release: count, list: digest });
var installation = z.object({
  floor: count,
  failed: z.array(count),
  trees: z.array(treeRef2),
  confirmed: treeName.optional(),
  previous: treeName.optional(),
  change: z.discriminatedUnion("phase", [
    z.object({ phase: z.literal("staged"), to: treeName }),
    z.object({ phase: z.enum(["switching", "switched"]), to: treeName, starts: count }),
    z.object({ phase: z.literal("rolling-back"), from: treeName, to: treeName, reason: words })
  ]).optional()
});
var frame = { n: count, floor: count };
var journalRecord = z.discriminatedUnion("type", [
  z.object({ ...frame, type: z.literal("base"), installation }),
  z.object({
    ...frame,
    type: z.enum(["installed", "staged", "switching", "switched", "confirmed", "abandoned", "retired"]),
    tree: treeRef2
  }),
  z.object({ ...frame, type: z.literal("starting"), tree: treeRef2, attempt: count }),
  z.object({ ...frame, type: z.literal("rolling-back"), from: treeRef2, tree: treeRef2, reason: words }),
  z.object({ ...frame, type: z.literal("rolled-back"), from: treeRef2, tree: treeRef2 })
]);
function parseJournalRecord(value) {
  return journalRecord.safeParse(value).data;
}
var file = z.object({
  path: z.string().min(1).max(4096),
  sha256: digest,
  size: count,
  mode: z.int().min(0).max(511)
});
var component = z.object({ name: z.string().min(1).max(100), version, files: z.array(file) });
var treeList = z.object({
  name: treeName,
  version,
  release: count,
  manifest: digest,
  components: z.array(component)
});
function parseTreeList(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return void 0;
  }
  return treeList.safeParse(value).data;
}

// src/ota/update/journal.ts
var EMPTY_JOURNAL = {
  installation: NOTHING_INSTALLED,
  next: 0,
  records: [],
  state: "whole",
  ours: false
};
var JOURNAL_SIZE_MAX = 4 * 1024 * 1024;
var RECORDS_MAX = 200;
var RECORDS_KEPT = 100;
var CRC = crc("CRC-32/ISCSI");
function journalLine(record) {
  const { n, type, floor, ...rest } = record;
  const open = JSON.stringify({ n, type, floor, ...rest }).slice(0, -1);
  return `${open},"crc":"${checksum(open)}"}
`;
}
function checksum(text) {
  return crcOf(CRC, new TextEncoder().encode(text)).toString(16).padStart(8, "0");
}
function readJournal(text) {
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  let journal = EMPTY_JOURNAL;
  let bad = 0;
  let lastBad = false;
  for (const line of lines) {
    const record = parseLine(line);
    lastBad = record === void 0 || record.n < journal.next;
    if (record === void 0 || record.n < journal.next) bad += 1;
    else journal = withRecord(journal, record);
  }
  const torn2 = rest !== "" || lastBad;
  const state = bad > (lastBad ? 1 : 0) ? "damaged" : torn2 ? "torn" : "whole";
  return { ...journal, state };
}
var LINE = /^(.*),"crc":"([0-9a-f]{8})"\}$/;
function parseLine(line) {
  const [, open, sum] = LINE.exec(line) ?? [];
  if (open === void 0 || checksum(open) !== sum) return void 0;
  try {
    return parseJournalRecord(JSON.parse(`${open}}`));
  } catch {
    return void 0;
  }
}
function withRecord(journal, record) {
  return {
    installation: afterEvent(journal.installation, record, record.floor),
    next: record.n + 1,
    records: [...journal.records, record],
    state: journal.state,
    ours: journal.ours
  };
}
function note(journal, event, floor = journal.installation.floor) {
  const record = { n: journal.next, floor, ...event };
  const after2 = withRecord(journal, record);
  if (!journal.ours) return rewritten(after2);
  const text = journalLine(record);
  return {
    journal: after2,
    operations: [
      { do: "append", path: JOURNAL, text },
      { do: "sync", path: JOURNAL }
    ]
  };
}
function rewritten({ records, installation: installation2, next }) {
  const cut = records.length > RECORDS_MAX ? records.length - RECORDS_KEPT : 0;
  const base = cut === 0 ? [] : [baseOf(records.slice(0, cut))];
  const journal = {
    installation: installation2,
    next,
    records: [...base, ...records.slice(cut)],
    state: "whole",
    ours: true
  };
  const path = partial(JOURNAL);
  return {
    journal,
    operations: [
      { do: "create", path, text: journal.records.map(journalLine).join(""), mode: 420 },
      { do: "sync", path },
      { do: "rename", from: path, path: JOURNAL },
      { do: "sync-folder", path: "" }
    ]
  };
}
function baseOf(records) {
  const { installation: installation2, next } = records.reduce(withRecord, EMPTY_JOURNAL);
  return { n: next - 1, floor: installation2.floor, type: "base", installation: installation2 };
}

// src/ota/update/pointer.ts
var NEXT = partial(CURRENT);
function pointTo(kind, tree) {
  const target = treePath(tree);
  const made2 = kind === "link" ? [{ do: "link", path: NEXT, target }] : [
    { do: "create", path: NEXT, text: `${target}
`, mode: 420 },
    { do: "sync", path: NEXT }
  ];
  return [...made2, { do: "rename", from: NEXT, path: CURRENT }, { do: "sync-folder", path: "" }];
}
function pointedTree(current, text) {
  const target = current?.kind === "link" ? current.target : text?.trimEnd();
  return target?.startsWith(`${VERSIONS}/`) ? target.slice(VERSIONS.length + 1) : void 0;
}

// src/ota/update/script.ts
var Script = class {
  operations = [];
  journal;
  constructor(journal) {
    this.journal = journal;
  }
  /** Durable before whatever is added later. `floor` is given to raise it. */
  note(event, floor) {
    const noted = note(this.journal, event, floor);
    this.journal = noted.journal;
    this.operations.push(...noted.operations);
  }
  add(operations) {
    for (const operation of operations) this.operations.push(operation);
  }
  whole() {
    return { journal: this.journal, operations: this.operations };
  }
};

// src/ota/update/recover.ts
function recover(read, listing, kind) {
  const entry = listing.root.find(({ name }) => name === CURRENT);
  if (read.records.length === 0) {
    if (entry !== void 0) return { verdict: "inconsistent", reason: "no-journal" };
    return { verdict: "nothing-installed", operations: leftovers(read, listing, void 0) };
  }
  const current = pointedTree(entry, listing.pointer);
  const known = { ...read, installation: forgetMissing(read.installation, listing) };
  const settled = settle(known.installation, read.installation);
  if (settled === void 0) return { verdict: "inconsistent", reason: "no-tree" };
  const script = new Script(known);
  script.add(leftovers(known, listing, current));
  for (const event of settled.before) script.note(event);
  const wanted = wantedTree(script.journal.installation);
  if (wanted !== void 0 && (settled.repoint || wanted !== current)) script.add(pointTo(kind, wanted));
  for (const event of settled.after) script.note(event);
  return { verdict: "sound", ...script.whole() };
}
function forgetMissing(installation2, { versions }) {
  const there = new Set(versions.filter(({ kind }) => kind === "folder").map(({ name }) => name));
  return installation2.trees.filter(({ name }) => !there.has(name)).reduce((rest, { name }) => withoutTree(rest, name), installation2);
}
var STILL = { before: [], after: [], repoint: false };
function settle(installation2, all) {
  const { change } = installation2;
  const confirmed3 = treeOf(installation2, installation2.confirmed);
  if (change === void 0) return confirmed3 && STILL;
  const to = treeOf(installation2, change.to);
  if (to === void 0) return withoutGoal(change, installation2, all);
  switch (change.phase) {
    case "staged":
      return confirmed3 && STILL;
    case "switching":
      return { ...STILL, after: [{ type: "switched", tree: to }], repoint: true };
    case "switched":
      return STILL;
    case "rolling-back": {
      const from = treeOf(all, change.from) ?? to;
      return { ...STILL, after: [{ type: "rolled-back", from, tree: to }], repoint: true };
    }
    default:
      return unreachable(change);
  }
}
function withoutGoal(change, installation2, all) {
  const lost = treeOf(all, change.to);
  const confirmed3 = treeOf(installation2, installation2.confirmed);
  if (lost === void 0 || confirmed3 === void 0 || change.phase === "rolling-back") return void 0;
  if (change.phase === "staged") return { ...STILL, after: [{ type: "abandoned", tree: lost }] };
  const turn = { from: lost, tree: confirmed3 };
  const before = [{ type: "rolling-back", ...turn, reason: "tree-missing" }];
  return { before, after: [{ type: "rolled-back", ...turn }], repoint: true };
}
function leftovers(journal, listing, current) {
  const { trees, change } = journal.installation;
  const known = /* @__PURE__ */ new Set([...trees.map(({ name }) => name), current, change?.to]);
  const lists = new Set(trees.map(({ name }) => treeListPath(name)));
  const sure = journal.state !== "damaged";
  const partials = new Set([CURRENT, JOURNAL, KEPT].map(partial));
  return [
    ...listing.root.filter(({ name }) => partials.has(name)).map((entry) => removal(entry, entry.name)),
    ...listing.versions.filter(({ name }) => isPartial(name) || sure && !known.has(name)).map((entry) => removal(entry, `${VERSIONS}/${entry.name}`)),
    ...listing.trees.filter(({ name }) => sure && !lists.has(`${TREES}/${name}`)).map((entry) => removal(entry, `${TREES}/${entry.name}`))
  ];
}
function removal({ kind }, path) {
  return kind === "folder" ? { do: "remove-tree", path } : { do: "remove", path };
}

// src/ota/update/updater-turn.ts
function ask({ state, outputs }, of, phase) {
  state.asks += 1;
  outputs.push({ type: "ask", ask: state.asks, of });
  return phase;
}
function disk(turn, operations, phase) {
  return ask(turn, { port: "disk", operations }, phase);
}
function withdraw({ state, outputs }) {
  outputs.push({ type: "withdraw", ask: state.asks });
  state.asks += 1;
}
function say(turn, state, what = {}) {
  turn.outputs.push({ type: "state", state, ...what });
}
function sayTree(turn, state, { release, version: version2 }, reason) {
  say(turn, state, { release, version: version2, ...reason === void 0 ? {} : { reason } });
}
function end(turn, said) {
  if (said.outcome === "failed" || said.outcome === "refused") say(turn, "failed", reasonOf(said));
  if (said.outcome === "inconsistent") say(turn, "inconsistent", reasonOf(said));
  turn.outputs.push(said);
  return { name: "ended" };
}
var reasonOf = ({ reason }) => reason === void 0 ? {} : { reason };
var failed = (reason) => ({ type: "end", outcome: "failed", reason });
function failureOf(answers) {
  const last = answers.at(-1);
  return last !== void 0 && "failed" in last ? last.failed : void 0;
}
function textOf(answer) {
  return answer !== void 0 && "ok" in answer && answer.ok === "text" ? answer.text : void 0;
}

// src/ota/update/look.ts
var FOLDERS = [VERSIONS, TREES, STAGING, OBJECTS];
var KEPT_SIZE_MAX = 16 * 1024 * 1024;
function look(turn) {
  const operations = [
    ...["", ...FOLDERS].map((path) => ({ do: "list", path })),
    { do: "read", path: JOURNAL, sizeMax: JOURNAL_SIZE_MAX },
    { do: "read", path: KEPT, sizeMax: KEPT_SIZE_MAX }
  ];
  if (turn.state.config.policy.pointer === "file") operations.push({ do: "read", path: CURRENT, sizeMax: 4096 });
  return disk(turn, operations, { name: "reading" });
}
function seen({ state }, answers) {
  const [root, versions, trees, staging, objects] = answers.map(entriesOf);
  const [journal, kept, pointer] = answers.slice(1 + FOLDERS.length).map(textOf);
  const paths = /* @__PURE__ */ new Set([
    ...(root ?? []).map(({ name }) => name),
    ...(staging ?? []).map(({ name }) => `${STAGING}/${name}`)
  ]);
  state.missing = FOLDERS.filter((path) => !paths.has(path));
  state.objects = (objects ?? []).map(({ name }) => name);
  state.kept = kept;
  const listing = { root: root ?? [], versions: versions ?? [], trees: trees ?? [], pointer };
  return recover(readJournal(journal ?? ""), listing, state.config.policy.pointer);
}
function entriesOf(answer) {
  return "ok" in answer && answer.ok === "entries" ? answer.entries : void 0;
}
function doubt(turn, reason) {
  if (turn.state.doubt !== void 0) return finish(turn, failed(reason));
  turn.state.doubt = reason;
  return look(turn);
}
function finish(turn, said) {
  const { state } = turn;
  const { installation: installation2 } = state.journal;
  const tree = treeOf(installation2, wantedTree(installation2));
  if (!state.responsible || tree === void 0) return end(turn, said);
  state.responsible = false;
  return ask(turn, { port: "launch", tree: treePath(tree.name), attempt: 0 }, { name: "relaunching", end: said });
}

// src/ota/update/retire.ts
function retire(script, keep, failed2) {
  const kept = keptTrees(script.journal, keep, failed2);
  for (const tree of script.journal.installation.trees.filter(({ name }) => !kept.has(name))) {
    script.note({ type: "retired", tree });
    script.add([
      { do: "remove-tree", path: treePath(tree.name) },
      { do: "sync-folder", path: VERSIONS },
      { do: "remove", path: treeListPath(tree.name) },
      { do: "sync-folder", path: TREES }
    ]);
  }
}
function keptTrees({ installation: installation2 }, keep, failed2) {
  const { trees, confirmed: confirmed3, previous, change } = installation2;
  const latest = trees.map(({ name }) => name).toReversed();
  const order = new Set([confirmed3, previous, ...latest].filter((name) => name !== void 0 && name !== failed2));
  return new Set([...[...order].slice(0, keep), change?.to].filter((name) => name !== void 0));
}

// src/ota/update/roll-back.ts
function rollBack(turn, from, reason) {
  const { installation: installation2 } = turn.state.journal;
  const name = installation2.confirmed === from.name ? installation2.previous : installation2.confirmed;
  const to = treeOf(installation2, name);
  if (to === void 0) return finish(turn, failed("no-previous-version"));
  sayTree(turn, "rolling-back", from, reason);
  const due = plus(turn.at, millis(turn.state.config.policy.exitTimeoutMs));
  return ask(turn, { port: "exit" }, { name: "leaving", back: { from, to, reason }, due });
}
function left(turn, { back }, gone) {
  const { state } = turn;
  if (!gone && state.config.command.name === "rollback") return end(turn, failed("exit-timeout"));
  state.responsible = true;
  const script = new Script(state.journal);
  script.note({ type: "rolling-back", from: back.from, tree: back.to, reason: back.reason });
  script.add(pointTo(state.config.policy.pointer, back.to.name));
  script.note({ type: "rolled-back", from: back.from, tree: back.to });
  const { journal, operations } = script.whole();
  return disk(turn, operations, { name: "rolling-back", back, journal });
}
function rolledBack(turn, phase, answers) {
  const failure = failureOf(answers);
  if (failure !== void 0) return doubt(turn, failure);
  turn.state.journal = phase.journal;
  return isBack(turn, phase.back);
}
function isBack(turn, { from, to, reason }) {
  const { state } = turn;
  state.responsible = true;
  sayTree(turn, "rolled-back", to, reason);
  const script = new Script(state.journal);
  retire(script, state.config.policy.keep, from.name);
  return disk(turn, script.whole().operations, {
    name: "cleaning",
    end: { type: "end", outcome: "rolled-back", reason }
  });
}

// src/ota/update/stage.ts
function wantedObjects(plan) {
  const here = contentsOf(plan.base);
  const wanted = /* @__PURE__ */ new Map();
  for (const { sha256, size } of filesOf(plan.list)) if (!here.has(sha256)) wanted.set(sha256, size);
  return [...wanted].map(([sha256, size]) => ({ sha256, size })).toSorted((a, b) => a.sha256 < b.sha256 ? -1 : 1);
}
function assembleOperations({ list, base }) {
  const root = partialTreePath(list.name);
  const here = contentsOf(base);
  const files = filesOf(list);
  const folders = foldersOf(files).map((folder) => `${root}/${folder}`);
  return [
    ...folders.map((path) => ({ do: "make-folder", path })),
    ...files.flatMap((file2) => {
      const path = `${root}/${file2.path}`;
      const { sha256, size, mode } = file2;
      const from = here.get(sha256) ?? objectPath(sha256);
      return [
        { do: "copy", from, path, file: { sha256, size, mode } },
        { do: "sync", path }
      ];
    }),
    ...[root, ...folders].toReversed().map((path) => ({ do: "sync-folder", path }))
  ];
}
function nameOperations(list) {
  const path = treeListPath(list.name);
  return [
    { do: "create", path, text: treeListText(list), mode: 420 },
    { do: "sync", path },
    { do: "sync-folder", path: TREES },
    { do: "rename", from: partialTreePath(list.name), path: treePath(list.name) },
    { do: "sync-folder", path: VERSIONS }
  ];
}
function discardOperations(list) {
  return [{ do: "remove-tree", path: partialTreePath(list.name) }];
}
function contentsOf(base) {
  if (base === void 0) return /* @__PURE__ */ new Map();
  return new Map(filesOf(base).map(({ sha256, path }) => [sha256, `${treePath(base.name)}/${path}`]));
}
function spaceNeeded(plan, here) {
  const sum = (sizes) => sizes.reduce((all, { size }) => all + size, 0);
  const missing = wantedObjects(plan).filter(({ sha256 }) => !here.has(sha256));
  return sum(filesOf(plan.list)) + sum(missing);
}
function rehashOperations(list) {
  return filesOf(list).map(({ path }) => ({ do: "digest", path: `${treePath(list.name)}/${path}` }));
}
function isFile(file2, digest2) {
  return digest2 !== void 0 && digest2.sha256 === file2.sha256 && digest2.size === file2.size;
}

// src/ota/update/activate.ts
var FILES_AT_ONCE = 64;
function proceed(turn, tree) {
  const { policy, command } = turn.state.config;
  sayTree(turn, "waiting-for-exit", tree);
  if (policy.switchedBy === "application" && command.name === "update")
    return end(turn, { type: "end", outcome: "staged" });
  const { release, version: version2 } = tree;
  return ask(turn, { port: "consent", release, version: version2 }, { name: "consenting", tree });
}
function consented(turn, { tree }, answer) {
  if (answer.port !== "consent" || !answer.given)
    return end(turn, { type: "end", outcome: "staged", reason: "not-now" });
  return disk(turn, [{ do: "read", path: treeListPath(tree.name), sizeMax: TREE_LIST_SIZE_MAX }], {
    name: "listing",
    tree
  });
}
function listed(turn, { tree }, answers) {
  const text = textOf(answers[0]);
  const list = text !== void 0 && isListOf(tree, text) ? parseTreeList(text) : void 0;
  if (list === void 0) return abandon(turn, tree, "staged-list-damaged");
  return rehash(turn, { name: "rehashing", tree, list, from: 0 });
}
function rehash(turn, phase) {
  const batch = rehashOperations(phase.list).slice(phase.from, phase.from + FILES_AT_ONCE);
  if (batch.length > 0) return disk(turn, batch, phase);
  const due = plus(turn.at, millis(turn.state.config.policy.exitTimeoutMs));
  return ask(turn, { port: "exit" }, { name: "exiting", tree: phase.tree, due });
}
function rehashed(turn, phase, answers) {
  const failure = failureOf(answers);
  if (failure !== void 0) return end(turn, failed(failure));
  const files = filesOf(phase.list).slice(phase.from, phase.from + FILES_AT_ONCE);
  const whole = files.every((file2, index) => {
    const answer = answers[index];
    return answer !== void 0 && "ok" in answer && answer.ok === "digest" && isFile(file2, answer.digest);
  });
  if (!whole) return abandon(turn, phase.tree, "staged-tree-damaged");
  return rehash(turn, { ...phase, from: phase.from + FILES_AT_ONCE });
}
function abandon(turn, tree, reason) {
  const script = new Script(turn.state.journal);
  script.note({ type: "abandoned", tree });
  retire(script, turn.state.config.policy.keep, tree.name);
  const { journal, operations } = script.whole();
  turn.state.journal = journal;
  return disk(turn, operations, { name: "cleaning", end: failed(reason) });
}
function exited(turn, { tree }, answer) {
  if (answer.port !== "exit" || answer.failed !== void 0) return notExited(turn, "exit-failed");
  const { state } = turn;
  state.responsible = true;
  sayTree(turn, "switching", tree);
  const script = new Script(state.journal);
  script.note({ type: "switching", tree });
  script.add(pointTo(state.config.policy.pointer, tree.name));
  script.note({ type: "switched", tree });
  const { journal, operations } = script.whole();
  return disk(turn, operations, { name: "switching", tree, journal });
}
function notExited(turn, reason) {
  return end(turn, { type: "end", outcome: "staged", reason });
}
function switched(turn, { tree, journal }, answers) {
  const failure = failureOf(answers);
  if (failure !== void 0) return doubt(turn, failure);
  turn.state.journal = journal;
  return startAgain(turn, tree, "");
}
function startAgain(turn, tree, reason) {
  const { state } = turn;
  const { change } = state.journal.installation;
  const attempt = (change !== void 0 && "starts" in change ? change.starts : 0) + 1;
  if (attempt > state.config.policy.startsMax) return rollBack(turn, tree, reason || "not-confirmed");
  const script = new Script(state.journal);
  script.note({ type: "starting", tree, attempt });
  const { journal, operations } = script.whole();
  return disk(turn, operations, { name: "counting", tree, attempt, journal });
}
function counted(turn, phase, answers) {
  const { tree, attempt, journal } = phase;
  const failure = failureOf(answers);
  if (failure !== void 0) return doubt(turn, failure);
  const { state } = turn;
  state.journal = journal;
  state.responsible = true;
  const { release, version: version2 } = tree;
  say(turn, "launching", { release, version: version2, attempt });
  return ask(turn, { port: "launch", tree: treePath(tree.name), attempt }, { name: "launching", tree, attempt });
}
function launched(turn, { tree, attempt }, answer) {
  if (answer.port !== "launch" || answer.failed !== void 0) {
    return startAgain(turn, tree, answer.port === "launch" && answer.failed || "not-started");
  }
  const { policy } = turn.state.config;
  const { release, version: version2 } = tree;
  say(turn, "confirming", { release, version: version2, attempt });
  if (policy.health === "told") return end(turn, { type: "end", outcome: "unconfirmed" });
  const due = plus(turn.at, millis(policy.healthTimeoutMs));
  return ask(turn, { port: "health", tree: treePath(tree.name), attempt }, { name: "probing", tree, attempt, due });
}
function probed(turn, { tree }, answer) {
  if (answer.port === "health" && answer.healthy) return confirm(turn, tree);
  return startAgain(turn, tree, answer.port === "health" && answer.reason || "unhealthy");
}
function confirm(turn, tree) {
  const script = new Script(turn.state.journal);
  script.note({ type: "confirmed", tree }, Math.max(tree.release, script.journal.installation.floor));
  const { journal, operations } = script.whole();
  return disk(turn, operations, { name: "committing", tree, journal });
}
function confirmed2(turn, { tree, journal }, answers) {
  const failure = failureOf(answers);
  if (failure !== void 0) return doubt(turn, failure);
  turn.state.journal = journal;
  return committed(turn, tree);
}
function committed(turn, tree) {
  const { state } = turn;
  state.responsible = false;
  sayTree(turn, "committed", tree);
  const script = new Script(state.journal);
  retire(script, state.config.policy.keep);
  if (!state.missing.includes(OBJECTS)) script.add([{ do: "remove-tree", path: OBJECTS }]);
  return disk(turn, script.whole().operations, { name: "cleaning", end: { type: "end", outcome: "committed" } });
}

// src/ota/update/obtain.ts
var BATCH = 64;
function obtain(turn, job) {
  const { state } = turn;
  const wanted = new Set(wantedObjects(job.plan).map(({ sha256 }) => sha256));
  const useless = state.objects.filter((name) => !wanted.has(name.slice(0, 64)));
  const operations = [
    ...foldersMade(state.missing),
    ...useless.map((name) => ({ do: "remove", path: `${OBJECTS}/${name}` })),
    { do: "make-folder", path: partialTreePath(job.plan.list.name) }
  ];
  return disk(turn, operations, { name: "preparing", job });
}
function foldersMade(missing) {
  return missing.flatMap((path) => [
    { do: "make-folder", path },
    { do: "sync-folder", path: path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "" }
  ]);
}
function prepared(turn, { job }, answers) {
  const failure = failureOf(answers);
  if (failure !== void 0) return end(turn, failed(failure));
  turn.state.missing = [];
  turn.state.objects = [];
  const { release, version: version2 } = job.plan.list;
  say(turn, "downloading", { release, version: version2 });
  return ask(turn, { port: "objects", objects: wantedObjects(job.plan) }, { name: "downloading", job });
}
function downloaded(turn, { job }, answer) {
  if (answer.port !== "objects") return end(turn, failed("bad-answer"));
  if (answer.failed !== void 0) return clear(turn, job, failed(answer.failed));
  const { release, version: version2 } = job.plan.list;
  say(turn, "verifying", { release, version: version2 });
  return verify(turn, { name: "verifying", job, from: 0 });
}
function verify(turn, phase) {
  const batch = wantedObjects(phase.job.plan).slice(phase.from, phase.from + BATCH);
  if (batch.length === 0) return stage(turn, phase.job);
  return disk(
    turn,
    batch.map(({ sha256 }) => ({ do: "digest", path: objectPath(sha256) })),
    phase
  );
}
function verified(turn, phase, answers) {
  const { job, from } = phase;
  const failure = failureOf(answers);
  if (failure !== void 0) return clear(turn, job, failed(failure));
  const wrong = [];
  let whole = true;
  for (const [index, { sha256, size }] of wantedObjects(job.plan).slice(from, from + BATCH).entries()) {
    const answer = answers[index];
    const digest2 = answer !== void 0 && "ok" in answer && answer.ok === "digest" ? answer.digest : void 0;
    if (digest2?.sha256 === sha256 && digest2.size === size) continue;
    whole = false;
    if (digest2 !== void 0) wrong.push(objectPath(sha256));
  }
  return whole ? verify(turn, { ...phase, from: from + BATCH }) : obtainAgain(turn, job, wrong);
}
function stage(turn, job) {
  const { release, version: version2 } = job.plan.list;
  say(turn, "staging", { release, version: version2 });
  return stageMore(turn, job, assembleOperations(job.plan));
}
function stageMore(turn, job, left2) {
  if (left2.length === 0) return nameTree(turn, job);
  return disk(turn, left2.slice(0, 2 * BATCH), { name: "staging", job, left: left2 });
}
function stagedSome(turn, { job, left: left2 }, answers) {
  const failure = failureOf(answers);
  if (failure === void 0) return stageMore(turn, job, left2.slice(2 * BATCH));
  const operation = left2[answers.length - 1];
  if (failure !== "EBADMSG" || operation?.do !== "copy") return clear(turn, job, failed(failure));
  return obtainAgain(turn, job, operation.from.startsWith(`${OBJECTS}/`) ? [operation.from] : []);
}
function obtainAgain(turn, { plan, again }, wrong) {
  const remove = wrong.map((path) => ({ do: "remove", path }));
  if (again) return clear(turn, { plan, again }, failed("content-differs"), remove);
  const job = { plan: { ...plan, base: void 0 }, again: true };
  return disk(turn, [...discardOperations(plan.list), ...remove], { name: "discarding", job });
}
function discarded(turn, { job }, answers) {
  const failure = failureOf(answers);
  if (failure !== void 0) return end(turn, failed(failure));
  return obtain(turn, job);
}
function nameTree(turn, job) {
  const { list } = job.plan;
  const tree = treeRef(list);
  const script = new Script(turn.state.journal);
  script.add(nameOperations(list));
  if (turn.state.config.command.name === "install") {
    script.note({ type: "installed", tree }, list.release);
    script.add(pointTo(turn.state.config.policy.pointer, list.name));
  } else script.note({ type: "staged", tree });
  const { journal, operations } = script.whole();
  return disk(turn, operations, { name: "naming", job, journal });
}
function named(turn, { job, journal }, answers) {
  const failure = failureOf(answers);
  if (failure !== void 0) return end(turn, failed(failure));
  turn.state.journal = journal;
  const tree = treeRef(job.plan.list);
  if (turn.state.config.command.name !== "install") return proceed(turn, tree);
  sayTree(turn, "committed", tree);
  return disk(turn, [{ do: "remove-tree", path: OBJECTS }], {
    name: "cleaning",
    end: { type: "end", outcome: "committed" }
  });
}
function clear(turn, { plan }, said, also = []) {
  return disk(turn, [...discardOperations(plan.list), ...also], { name: "clearing", end: said });
}

// src/ota/update/prepare.ts
function measure(turn, offer, cleared = false) {
  return disk(turn, [{ do: "space", path: "" }], { name: "measuring", offer, cleared });
}
function measured(turn, { offer, cleared }, answers) {
  const { state } = turn;
  const [answer] = answers;
  if (answer === void 0 || !("ok" in answer) || answer.ok !== "free")
    return end(turn, failed(failureOf(answers) ?? "bad-answer"));
  const composed = composeTree(offer, state.base, takenNames(turn));
  if ("refused" in composed) return end(turn, { type: "end", outcome: "refused", reason: composed.refused });
  const plan = { list: composed.list, base: state.base };
  if (spaceNeeded(plan, new Set(state.objects)) + state.config.policy.slackBytes <= answer.free)
    return obtain(turn, { plan, again: false });
  if (cleared) return end(turn, failed("no-space"));
  return makeRoom(turn, offer);
}
function takenNames({ state }) {
  return state.journal.installation.trees.map(({ name }) => name);
}
function makeRoom(turn, offer) {
  const script = new Script(turn.state.journal);
  retire(script, 1);
  const { journal, operations } = script.whole();
  if (operations.length === 0) return end(turn, failed("no-space"));
  return disk(turn, operations, { name: "making-room", offer, journal });
}
function madeRoom(turn, { offer, journal }, answers) {
  const failure = failureOf(answers);
  if (failure !== void 0) return end(turn, failed(failure));
  turn.state.journal = journal;
  return measure(turn, offer, true);
}

// src/ota/update/acquire.ts
function check(turn) {
  const { installation: installation2 } = turn.state.journal;
  say(turn, "checking");
  const path = treeListPath(installation2.confirmed ?? "");
  return disk(turn, [{ do: "read", path, sizeMax: TREE_LIST_SIZE_MAX }], { name: "describing" });
}
function described(turn, answers) {
  const { state, announcer } = turn;
  const { installation: installation2 } = state.journal;
  const current = treeOf(installation2, installation2.confirmed);
  const text = textOf(answers[0]);
  if (current === void 0 || text === void 0 || !isListOf(current, text)) return end(turn, failed("list-damaged"));
  state.base = parseTreeList(text);
  const components = state.base?.components.map(({ name, version: version3 }) => ({ name, version: version3 })) ?? [];
  const { version: version2, release } = current;
  const { floor, failed: releases } = installation2;
  return announced(turn, announcer.begin({ version: version2, release, components, floor, failed: releases, kept: state.kept }));
}
function heardAnnouncer(turn, conversation, answer) {
  if (answer.port !== "metadata" && answer.port !== "wall") return end(turn, failed("bad-answer"));
  return announced(turn, turn.announcer.hear(conversation, answer));
}
function announced(turn, step) {
  if (step.type === "ask") return ask(turn, step.ask, { name: "announcing", announcer: step.state });
  const { keep, ...conclusion } = step;
  if (keep === void 0 || keep === turn.state.kept) return conclude(turn, conclusion);
  turn.state.kept = keep;
  const path = partial(KEPT);
  const operations = [
    { do: "create", path, text: keep, mode: 420 },
    { do: "sync", path },
    { do: "rename", from: path, path: KEPT },
    { do: "sync-folder", path: "" }
  ];
  return disk(turn, operations, { name: "keeping", step: conclusion });
}
function keptTrust(turn, step, answers) {
  const failure = failureOf(answers);
  if (failure !== void 0) return end(turn, failed(failure));
  return conclude(turn, step);
}
function conclude(turn, step) {
  switch (step.type) {
    case "nothing":
      return end(turn, { type: "end", outcome: "nothing" });
    case "refused":
      return end(turn, { type: "end", outcome: "refused", reason: step.reason });
    case "offer": {
      const reason = unfit(turn, step.offer);
      return reason === void 0 ? measure(turn, step.offer) : end(turn, { type: "end", outcome: "refused", reason });
    }
    default:
      return unreachable(step);
  }
}
function unfit({ state }, { release }) {
  const { floor, failed: releases } = state.journal.installation;
  if (releases.includes(release)) return "failed-before";
  return release <= floor ? "release-goes-back" : void 0;
}

// src/ota/update/begin.ts
function looked(turn, answers) {
  const failure = failureOf(answers);
  if (failure !== void 0) return finish(turn, failed(failure));
  const found = seen(turn, answers);
  switch (found.verdict) {
    case "inconsistent":
      return end(turn, { type: "end", outcome: "inconsistent", reason: found.reason });
    case "nothing-installed":
      return disk(turn, found.operations, { name: "mending", journal: EMPTY_JOURNAL });
    case "sound":
      if (found.operations.length > 0) return disk(turn, found.operations, { name: "mending", journal: found.journal });
      return goOn(turn, found.journal);
    default:
      return unreachable(found);
  }
}
function mended(turn, { journal }, answers) {
  const failure = failureOf(answers);
  if (failure !== void 0) return finish(turn, failed(failure));
  const last = journal.records.at(-1);
  if (journal.ours && last?.type === "rolled-back" && turn.state.config.command.name !== "recover") {
    const why = journal.records.findLast((record) => record.type === "rolling-back");
    turn.state.journal = journal;
    return isBack(turn, { from: last.from, to: last.tree, reason: why?.type === "rolling-back" ? why.reason : "" });
  }
  return goOn(turn, journal);
}
function goOn(turn, journal) {
  const { state } = turn;
  const goal = state.journal.installation.change?.to;
  state.journal = journal;
  if (state.doubt !== void 0) return afterDoubt(turn, state.doubt, goal);
  if (journal.records.length === 0) {
    const { command } = state.config;
    return command.name === "install" ? measure(turn, command.offer) : end(turn, failed("nothing-installed"));
  }
  return obey(turn);
}
function afterDoubt(turn, reason, goal) {
  const { installation: installation2 } = turn.state.journal;
  const { change, confirmed: confirmed3 } = installation2;
  const tree = treeOf(installation2, change?.to ?? confirmed3);
  if (tree === void 0) return finish(turn, failed(reason));
  if (change?.phase === "switched") return startAgain(turn, tree, reason);
  if (change === void 0 && confirmed3 === goal) return confirm(turn, tree);
  return finish(turn, failed(reason));
}
function obey(turn) {
  const { command } = turn.state.config;
  const { installation: installation2 } = turn.state.journal;
  const { change } = installation2;
  const to = treeOf(installation2, change?.to);
  switch (command.name) {
    case "install":
      return end(turn, failed("installed-already"));
    case "recover":
      return end(turn, { type: "end", outcome: "nothing" });
    case "update":
      if (change?.phase === "switched") return end(turn, { type: "end", outcome: "unconfirmed" });
      return to === void 0 ? check(turn) : proceed(turn, to);
    case "resume":
      return change === void 0 || to === void 0 ? end(turn, { type: "end", outcome: "nothing" }) : resume(turn, change, to);
    case "confirm":
      if (change?.phase === "switched" && to !== void 0) return confirm(turn, to);
      return end(turn, change === void 0 ? { type: "end", outcome: "nothing" } : failed("not-switched"));
    case "rollback":
      return turnBack(turn, change, to);
    default:
      return unreachable(command);
  }
}
function resume(turn, change, to) {
  if (change.phase === "switched") return startAgain(turn, to, "");
  return proceed(turn, to);
}
function turnBack(turn, change, to) {
  const { installation: installation2 } = turn.state.journal;
  const from = to ?? treeOf(installation2, installation2.confirmed);
  if (from === void 0) return end(turn, failed("no-previous-version"));
  if (change?.phase === "staged") return abandon(turn, from, "abandoned");
  return rollBack(turn, from, "asked-for");
}

// src/ota/update/updater.ts
function updater(announcer) {
  return {
    name: "updater",
    initial: (config) => ({
      config,
      phase: { name: "new" },
      asks: 0,
      journal: EMPTY_JOURNAL,
      missing: [],
      objects: [],
      kept: void 0,
      base: void 0,
      responsible: false,
      cancelled: false,
      doubt: void 0
    }),
    step(state, input, at) {
      const turn = { state, announcer, at, outputs: [] };
      switch (input.type) {
        case "begin":
          if (state.phase.name === "new") state.phase = look(turn);
          break;
        case "answer":
          if (input.ask === state.asks) state.phase = hear(turn, input.answer);
          break;
        case "elapsed":
          state.phase = elapse(turn);
          break;
        case "progress":
          if (input.ask === state.asks) progress(turn, input.done, input.total);
          break;
        case "cancel":
          state.cancelled = true;
          state.phase = cancel(turn);
          break;
        default:
          unreachable(input);
      }
      return { state, outputs: turn.outputs };
    },
    deadline: ({ phase }) => "due" in phase ? phase.due : void 0
  };
}
function hear(turn, answer) {
  const { phase } = turn.state;
  if (answer.port === "disk") {
    if (turn.state.cancelled && isCancellable(phase)) return giveUp(turn, phase);
    return hearDisk(turn, phase, answer.answers);
  }
  switch (phase.name) {
    case "announcing":
      return heardAnnouncer(turn, phase.announcer, answer);
    case "downloading":
      return downloaded(turn, phase, answer);
    case "consenting":
      return consented(turn, phase, answer);
    case "exiting":
      return exited(turn, phase, answer);
    case "launching":
      return launched(turn, phase, answer);
    case "probing":
      return probed(turn, phase, answer);
    case "leaving":
      return left(turn, phase, answer.port === "exit" && answer.failed === void 0);
    case "relaunching":
      return end(turn, phase.end);
    case "ended":
      return phase;
    default:
      return finish(turn, failed("bad-answer"));
  }
}
function hearDisk(turn, phase, answers) {
  switch (phase.name) {
    case "reading":
      return looked(turn, answers);
    case "mending":
      return mended(turn, phase, answers);
    case "describing":
      return described(turn, answers);
    case "keeping":
      return keptTrust(turn, phase.step, answers);
    case "measuring":
      return measured(turn, phase, answers);
    case "making-room":
      return madeRoom(turn, phase, answers);
    case "preparing":
      return prepared(turn, phase, answers);
    case "verifying":
      return verified(turn, phase, answers);
    case "discarding":
      return discarded(turn, phase, answers);
    case "staging":
      return stagedSome(turn, phase, answers);
    case "naming":
      return named(turn, phase, answers);
    case "listing":
      return listed(turn, phase, answers);
    case "rehashing":
      return rehashed(turn, phase, answers);
    case "switching":
      return switched(turn, phase, answers);
    case "counting":
      return counted(turn, phase, answers);
    case "committing":
      return confirmed2(turn, phase, answers);
    case "rolling-back":
      return rolledBack(turn, phase, answers);
    case "clearing":
      return end(turn, phase.end);
    case "cleaning":
      return finish(turn, phase.end);
    case "ended":
    case "new":
      return phase;
    default:
      return finish(turn, failed("bad-answer"));
  }
}
function elapse(turn) {
  const { phase } = turn.state;
  if (!("due" in phase) || phase.due > turn.at) return phase;
  withdraw(turn);
  switch (phase.name) {
    case "exiting":
      return notExited(turn, "exit-timeout");
    case "probing":
      return startAgain(turn, phase.tree, "health-timeout");
    case "leaving":
      return left(turn, phase, false);
    default:
      return unreachable(phase);
  }
}
function progress(turn, done, total) {
  const { phase } = turn.state;
  if (phase.name === "downloading") turn.outputs.push({ type: "progress", state: "downloading", done, total });
}
function cancel(turn) {
  const { phase } = turn.state;
  switch (phase.name) {
    case "announcing":
    case "downloading":
      withdraw(turn);
      return giveUp(turn, phase);
    case "exiting":
    case "consenting":
      withdraw(turn);
      return notExited(turn, "cancelled");
    default:
      return phase;
  }
}
function isCancellable(phase) {
  return ["announcing", "measuring", "preparing", "downloading", "verifying", "staging", "discarding"].includes(
    phase.name
  );
}
function giveUp(turn, phase) {
  if ("job" in phase) clear(turn, phase.job, failed("cancelled"));
  return end(turn, failed("cancelled"));
}

// src/ota/update/updater-talk.ts
var DEFAULT_POLICY = {
  startsMax: 3,
  keep: 2,
  pointer: "link",
  switchedBy: "here",
  health: "probe",
  exitTimeoutMs: 6e4,
  healthTimeoutMs: 6e4,
  slackBytes: 4 * 1024 * 1024
};

// src/ota/update/durable-fs.ts
var DONE = { ok: "done" };

// src/ota/crash/content.ts
var NO_BYTES = new Uint8Array();
var contents = /* @__PURE__ */ new WeakMap();
var numbers = /* @__PURE__ */ new Map();
var joins = /* @__PURE__ */ new WeakMap();
function contentOf(bytes) {
  const known = contents.get(bytes);
  if (known !== void 0) return known;
  const sha256 = sha256Hex(bytes);
  const number = numbers.get(sha256) ?? numbers.size;
  numbers.set(sha256, number);
  const content = { sha256, number };
  contents.set(bytes, content);
  return content;
}
var texts = /* @__PURE__ */ new WeakMap();
function textOf2(bytes) {
  const text = texts.get(bytes) ?? new TextDecoder().decode(bytes);
  texts.set(bytes, text);
  return text;
}
function spliced(base, offset, bytes) {
  if (base.length === 0 && offset === 0) return bytes;
  const byOffset = joins.get(base) ?? /* @__PURE__ */ new Map();
  joins.set(base, byOffset);
  const byBytes = byOffset.get(offset) ?? /* @__PURE__ */ new WeakMap();
  byOffset.set(offset, byBytes);
  const known = byBytes.get(bytes);
  if (known !== void 0) return known;
  const whole = new Uint8Array(Math.max(base.length, offset + bytes.length));
  whole.set(base);
  whole.set(bytes, offset);
  byBytes.set(bytes, whole);
  return whole;
}

// src/ota/crash/model-disk.ts
var PAGE = 4096;
var ROOT = 0;
var NEW_FILE = { kind: "file", bytes: NO_BYTES, mode: 384 };
var NEW_FOLDER = { kind: "folder", names: /* @__PURE__ */ new Map() };
var ModelDisk = class _ModelDisk {
  seen;
  saved;
  pending;
  next;
  constructor(seen2, saved, pending, next) {
    this.seen = seen2;
    this.saved = saved;
    this.pending = pending;
    this.next = next;
  }
  static empty() {
    const nodes = /* @__PURE__ */ new Map([[ROOT, NEW_FOLDER]]);
    return new _ModelDisk(nodes, nodes, [], ROOT + 1);
  }
  /** An independent one in the same state. */
  clone() {
    return new _ModelDisk(this.seen, this.saved, this.pending, this.next);
  }
  /** After a cut: what was durable, and of the effects those that survived, in their order. */
  cut(survivors) {
    const saved = applied(this.saved, survivors);
    return new _ModelDisk(saved, saved, [], this.next);
  }
  perform(operation) {
    switch (operation.do) {
      case "list":
        return { ok: "entries", entries: this.entries(operation.path) };
      case "read":
        return this.read(operation.path, operation.sizeMax);
      case "digest": {
        const node = this.at(operation.path);
        if (node?.kind !== "file") return { ok: "digest", digest: void 0 };
        return { ok: "digest", digest: { sha256: contentOf(node.bytes).sha256, size: node.bytes.length } };
      }
      case "space":
        return { ok: "free", free: Number.MAX_SAFE_INTEGER };
      default: {
        const failed2 = this.write(operation);
        return failed2 === void 0 ? DONE : { failed: failed2 };
      }
    }
  }
  /** A sync that fails: what it was to save is seen for as long as the system runs, and will never be on the disk. */
  failSync(path) {
    const node = this.find(path);
    this.pending = this.pending.filter((effect) => effect.node !== node);
  }
  /** Every path that is seen, in code-unit order. */
  paths() {
    return pathsBelow(this.seen, "", ROOT, []);
  }
  /** Equal for disks that behave in the same way. */
  key() {
    const seen2 = this.paths();
    if (this.pending.length === 0) return keyOf(seen2);
    const saved = pathsBelow(this.saved, "", ROOT, []);
    const names = new Map([...saved, ...seen2].map(({ path, id }) => [id, path]));
    const name = (id) => id === void 0 ? "" : names.get(id) ?? `#${id}`;
    return [keyOf(seen2), keyOf(saved), ...this.pending.map((effect) => effectKey(effect, name))].join("\n\n");
  }
  /** The files of a folder and of those in it; links count as files that nobody expects. */
  filesBelow(folder) {
    const id = this.find(folder);
    if (id === void 0) return [];
    return pathsBelow(this.seen, "", id, []).flatMap(({ path, node }) => {
      if (node.kind === "folder") return [];
      return [
        node.kind === "file" ? { path, bytes: node.bytes, mode: node.mode } : { path, bytes: NO_BYTES, mode: -1 }
      ];
    });
  }
  at(path) {
    const id = this.find(path);
    return id === void 0 ? void 0 : this.seen.get(id);
  }
  find(path) {
    if (path === "") return ROOT;
    let id = ROOT;
    for (const name of path.split("/")) {
      const node = id === void 0 ? void 0 : this.seen.get(id);
      if (node?.kind !== "folder") return void 0;
      id = node.names.get(name);
    }
    return id;
  }
  entries(path) {
    const node = this.at(path);
    if (node?.kind !== "folder") return [];
    return [...node.names.entries()].map(([name, id]) => {
      const child = this.seen.get(id);
      return child?.kind === "link" ? { name, kind: "link", target: child.target } : { name, kind: child?.kind ?? "other" };
    }).sort((a, b) => a.name < b.name ? -1 : 1);
  }
  read(path, sizeMax) {
    const node = this.at(path);
    if (node === void 0) return { ok: "text", text: void 0 };
    if (node.kind !== "file") return { failed: "EISDIR" };
    return node.bytes.length > sizeMax ? { failed: "EFBIG" } : { ok: "text", text: textOf2(node.bytes) };
  }
  /** The code of what went wrong. */
  write(operation) {
    const { path } = operation;
    const id = this.find(path);
    const node = id === void 0 ? void 0 : this.seen.get(id);
    switch (operation.do) {
      case "make-folder":
        return node === void 0 ? this.add(path, NEW_FOLDER) : "EEXIST";
      case "link":
        return node === void 0 ? this.add(path, { kind: "link", target: operation.target }) : "EEXIST";
      case "create":
        return node === void 0 ? this.fill(path, encode(operation.text), operation.mode) : "EEXIST";
      case "copy": {
        const from = this.at(operation.from);
        if (node !== void 0) return "EEXIST";
        if (from?.kind !== "file") return "ENOENT";
        const { sha256, size, mode } = operation.file;
        if (from.bytes.length !== size || contentOf(from.bytes).sha256 !== sha256) return "EBADMSG";
        return this.fill(path, from.bytes, mode);
      }
      case "append":
        if (id === void 0 || node?.kind !== "file") return "ENOENT";
        return this.extend(id, node.bytes.length, encode(operation.text), node.mode);
      case "write": {
        const failed2 = node === void 0 ? this.add(path, NEW_FILE) : void 0;
        const target = this.find(path);
        return failed2 ?? (target === void 0 ? "EIO" : this.extend(target, operation.offset, operation.bytes, 384));
      }
      case "truncate":
        if (id === void 0 || node?.kind !== "file") return "ENOENT";
        return this.effect({ type: "size", node: id, size: operation.size });
      case "sync":
      case "sync-folder":
        return id === void 0 ? "ENOENT" : this.sync(id);
      case "rename":
        return this.rename(operation.from, path);
      case "remove":
        if (node === void 0) return "ENOENT";
        return node.kind === "folder" ? "EISDIR" : this.unlink(path);
      case "remove-tree":
        return id === void 0 ? void 0 : this.removeTree(path, id);
    }
  }
  /** A new name in its folder, for something new. */
  add(path, node) {
    const [folder, name] = this.place(path);
    if (folder === void 0) return "ENOENT";
    const id = this.next++;
    this.seen = new Map(this.seen).set(id, node);
    this.saved = new Map(this.saved).set(id, node);
    return this.effect({ type: "names", node: folder, names: [[name, id]] });
  }
  /** A new file, whose bytes go to the disk page by page. */
  fill(path, bytes, mode) {
    const failed2 = this.add(path, NEW_FILE);
    const id = this.find(path);
    if (failed2 !== void 0 || id === void 0) return failed2 ?? "EIO";
    return this.extend(id, 0, bytes, mode);
  }
  extend(node, offset, bytes, mode) {
    for (let at = 0; at === 0 || at < bytes.length; ) {
      const end2 = Math.min(bytes.length, at + PAGE - (offset + at) % PAGE);
      const piece = at === 0 && end2 === bytes.length ? bytes : bytes.subarray(at, end2);
      this.effect({ type: "bytes", node, offset: offset + at, bytes: piece, mode });
      if (end2 === at) return;
      at = end2;
    }
  }
  rename(from, path) {
    const id = this.find(from);
    const [source, oldName] = this.place(from);
    const [folder, name] = this.place(path);
    if (id === void 0 || source === void 0 || folder === void 0) return "ENOENT";
    if (source === folder)
      return this.effect({
        type: "names",
        node: folder,
        names: [
          [name, id],
          [oldName, void 0]
        ]
      });
    this.effect({ type: "names", node: folder, names: [[name, id]] });
    return this.effect({ type: "names", node: source, names: [[oldName, void 0]] });
  }
  unlink(path) {
    const [folder, name] = this.place(path);
    return folder === void 0 ? "ENOENT" : this.effect({ type: "names", node: folder, names: [[name, void 0]] });
  }
  removeTree(path, id) {
    const node = this.seen.get(id);
    if (node?.kind === "folder") {
      for (const [name, child] of node.names) this.removeTree(`${path}/${name}`, child);
    }
    return this.unlink(path);
  }
  place(path) {
    const slash = path.lastIndexOf("/");
    const folder = this.find(slash < 0 ? "" : path.slice(0, slash));
    return [
      folder !== void 0 && this.seen.get(folder)?.kind === "folder" ? folder : void 0,
      path.slice(slash + 1)
    ];
  }
  effect(effect) {
    this.seen = applied(this.seen, [effect]);
    this.pending = [...this.pending, effect];
  }
  sync(node) {
    const own = this.pending.filter((effect) => effect.node === node);
    if (own.length === 0) return;
    this.saved = applied(this.saved, own);
    this.pending = this.pending.filter((effect) => effect.node !== node);
    if (this.saved.get(node)?.kind === "folder") this.forgetUnnamed();
  }
  /** What neither is seen nor can come back: nobody can tell what becomes of it. */
  forgetUnnamed() {
    const named2 = /* @__PURE__ */ new Set([ROOT]);
    for (const nodes of [this.seen, this.saved]) {
      for (const node of nodes.values())
        if (node.kind === "folder") for (const id of node.names.values()) named2.add(id);
    }
    for (const effect of this.pending) {
      if (effect.type === "names") {
        for (const [, id] of effect.names) if (id !== void 0) named2.add(id);
      }
    }
    const count2 = this.seen.size + this.saved.size;
    this.seen = new Map([...this.seen].filter(([id]) => named2.has(id)));
    this.saved = new Map([...this.saved].filter(([id]) => named2.has(id)));
    this.pending = this.pending.filter((effect) => named2.has(effect.node));
    if (this.seen.size + this.saved.size < count2) this.forgetUnnamed();
  }
};
function pathsBelow(nodes, prefix, id, found) {
  const folder = nodes.get(id);
  if (folder?.kind !== "folder") return found;
  for (const [name, child] of sorted(folder.names)) {
    const node = nodes.get(child);
    if (node === void 0) continue;
    found.push({ path: prefix + name, id: child, node });
    if (node.kind === "folder") pathsBelow(nodes, `${prefix}${name}/`, child, found);
  }
  return found;
}
var sortedNames = /* @__PURE__ */ new WeakMap();
function sorted(names) {
  const known = sortedNames.get(names);
  if (known !== void 0) return known;
  const entries = [...names].sort(([a], [b]) => a < b ? -1 : 1);
  sortedNames.set(names, entries);
  return entries;
}
function keyOf(paths) {
  let key = "";
  for (const { path, node } of paths) {
    key += path;
    if (node.kind === "file") key += ` ${contentOf(node.bytes).number} ${node.mode}
`;
    else key += node.kind === "link" ? ` -> ${node.target}
` : "/\n";
  }
  return key;
}
function effectKey(effect, name) {
  const node = name(effect.node);
  if (effect.type === "bytes") return `${node} ${effect.offset} ${contentOf(effect.bytes).number} ${effect.mode}`;
  if (effect.type === "size") return `${node} ${effect.size}`;
  return `${node}: ${effect.names.map(([entry, id]) => `${entry}=${name(id)}`).join(" ")}`;
}
var encoder = new TextEncoder();
var encode = (text) => encoder.encode(text);
function applied(before, effects) {
  const nodes = new Map(before);
  for (const effect of effects) {
    const node = nodes.get(effect.node);
    assert(node !== void 0, "an effect is on a node");
    nodes.set(effect.node, changed(node, effect));
  }
  return nodes;
}
function changed(node, effect) {
  if (effect.type === "names") {
    assert(node.kind === "folder", "names are in folders");
    const names = new Map(node.names);
    for (const [name, id] of effect.names) {
      if (id === void 0) names.delete(name);
      else names.set(name, id);
    }
    return { kind: "folder", names };
  }
  assert(node.kind === "file", "bytes are in files");
  if (effect.type === "size")
    return { ...node, bytes: spliced(node.bytes.subarray(0, effect.size), effect.size, NO_BYTES) };
  return { kind: "file", bytes: spliced(node.bytes, effect.offset, effect.bytes), mode: effect.mode };
}

// src/ota/crash/model-session.ts
var OPERATIONS_MAX = 5e3;
var NOW = nanos(0);
function runModelSession(updater2, config, { disk: disk2, world, hears }) {
  const surroundings = new Surroundings(disk2, world);
  let state = updater2.initial(config);
  let input = { type: "begin" };
  while (input !== void 0 && surroundings.operations < OPERATIONS_MAX) {
    const step = updater2.step(state, input, NOW);
    state = step.state;
    input = void 0;
    for (const output of step.outputs) {
      hears?.(output);
      if (output.type === "end") return output;
      if (output.type === "ask") input = { type: "answer", ask: output.ask, answer: surroundings.answer(output.of) };
    }
  }
  return { type: "endless" };
}
var Surroundings = class {
  operations = 0;
  disk;
  world;
  constructor(disk2, world) {
    this.disk = disk2;
    this.world = world;
  }
  answer(of) {
    switch (of.port) {
      case "disk":
        return { port: "disk", answers: this.all(of.operations) };
      case "objects":
        return this.fetch(of.objects);
      case "health":
        return { port: "health", healthy: this.world.healthy(of.tree) };
      case "consent":
        return { port: "consent", given: true };
      case "exit":
      case "launch":
        return { port: of.port };
      case "wall":
        return { port: "wall", wall: 0 };
      case "metadata":
        return { port: "metadata", b64: void 0 };
      default:
        return unreachable(of);
    }
  }
  all(operations) {
    const answers = [];
    for (const operation of operations) {
      const answer = this.perform(operation);
      answers.push(answer);
      if ("failed" in answer) break;
    }
    return answers;
  }
  perform(operation) {
    this.operations += 1;
    return this.disk.perform(operation);
  }
  /** As a downloader does it: into a part, synced, and only then under its name. */
  fetch(objects) {
    const listed2 = this.perform({ do: "list", path: OBJECTS });
    const here = new Set("ok" in listed2 && listed2.ok === "entries" ? listed2.entries.map(({ name }) => name) : []);
    for (const { sha256 } of objects.filter((object) => !here.has(object.sha256))) {
      const bytes = this.world.contents.get(sha256);
      if (bytes === void 0) return { port: "objects", failed: "not-found" };
      const path = objectPath(sha256);
      const part = `${path}.part`;
      const answers = this.all([
        ...here.has(`${sha256}.part`) ? [{ do: "truncate", path: part, size: 0 }] : [],
        { do: "write", path: part, offset: 0, bytes },
        { do: "sync", path: part },
        { do: "rename", from: part, path },
        { do: "sync-folder", path: OBJECTS }
      ]);
      const last = answers.at(-1);
      if (last !== void 0 && "failed" in last) return { port: "objects", failed: last.failed };
    }
    return { port: "objects" };
  }
};

// src/bytes/random.ts
var Random = class _Random {
  #seed;
  #name;
  #a;
  #b;
  #c;
  #d;
  /** `seed` is a whole number from 0 to 2⁵³−1. Different names give independent streams of one seed. */
  constructor(seed, name = "") {
    assert(Number.isSafeInteger(seed) && seed >= 0, `${seed} is no seed`);
    this.#seed = seed;
    this.#name = name;
    let mixed = mix(seed >>> 0, Math.floor(seed / 4294967296));
    for (let index = 0; index < name.length; index++) mixed = mix(mixed, name.charCodeAt(index) + 1);
    this.#a = mix(mixed, 1);
    this.#b = mix(mixed, 2);
    this.#c = mix(mixed, 3);
    this.#d = mix(mixed, 4) | 1;
  }
  /** The next whole number from 0 to 2³²−1. */
  next() {
    const scrambled = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotate(this.#d, 11);
    return scrambled;
  }
  /** A whole number from 0 to `limit` − 1, each as likely as the other; `limit` is 1 to 2³². */
  below(limit) {
    assert(Number.isInteger(limit) && limit >= 1 && limit <= 4294967296, `${limit} is no limit`);
    const fair = 4294967296 - 4294967296 % limit;
    for (; ; ) {
      const drawn = this.next();
      if (drawn < fair) return drawn % limit;
    }
  }
  /** True with this probability (0 to 1), to one part in 2³². */
  chance(probability) {
    return this.next() < probability * 4294967296;
  }
  /** An independent stream: it depends on seed and names only, not on what was drawn before. */
  fork(name) {
    return new _Random(this.#seed, `${this.#name}/${name}`);
  }
};
var rotate = (word, by) => word << by | word >>> 32 - by;
function mix(word, value) {
  let mixed = word + Math.imul(value + 1, 2654435769) | 0;
  mixed = Math.imul(mixed ^ mixed >>> 16, 2246822507);
  mixed = Math.imul(mixed ^ mixed >>> 13, 3266489909);
  return (mixed ^ mixed >>> 16) >>> 0;
}

// src/ota/crash/sample-releases.ts
var APP = [
  ["bin/app", 9e3],
  ["lib/deep/core.bin", 5e3],
  ["read-me.txt", 40]
];
var PLUGINS = [["plugins/serial.bin", 700]];
function sampleReleases() {
  const contents2 = /* @__PURE__ */ new Map();
  const component2 = (name, version2, plan) => ({
    name,
    version: version2,
    files: plan.map(
      ([path, size]) => fileOf(contents2, path, contentOf2(path === "read-me.txt" ? "" : version2, path, size))
    )
  });
  const offer = (release, version2, components) => ({
    release,
    version: version2,
    manifest: sha256Hex(new TextEncoder().encode(`manifest ${release}`)),
    notes: "",
    components
  });
  const app1 = component2("app", "1.0.0", APP);
  const plugins1 = component2("plugins", "1.0.0", PLUGINS);
  return {
    contents: contents2,
    first: offer(1, "1.0.0", [app1, plugins1]),
    second: offer(2, "2.0.0", [component2("app", "2.0.0", APP), component2("plugins", "2.0.0", PLUGINS)]),
    plugins: offer(2, "1.0.0", [component2("plugins", "1.1.0", PLUGINS)]),
    downgrade: offer(3, "1.0.0", [app1, plugins1])
  };
}
function fileOf(contents2, path, bytes) {
  const sha256 = sha256Hex(bytes);
  contents2.set(sha256, bytes);
  return { path, sha256, size: bytes.length, mode: path.startsWith("bin/") ? 493 : 420 };
}
function contentOf2(version2, path, size) {
  const random = new Random(1, `${version2} ${path}`);
  return Uint8Array.from({ length: size }, () => random.below(256));
}
function announces(offer) {
  const answer = ({ floor, failed: failed2 }) => {
    const keep = JSON.stringify({ seen: offer.release });
    if (offer.release <= floor || failed2.includes(offer.release)) return { type: "nothing", keep };
    return { type: "offer", offer, keep };
  };
  return { name: "sample", begin: answer, hear: () => ({ type: "nothing" }) };
}

// src/ota/crash/trials.ts
var POLICY = { ...DEFAULT_POLICY, startsMax: 2 };
function trials() {
  const { contents: contents2, first, second, plugins, downgrade } = sampleReleases();
  const healthy = { contents: contents2, healthy: () => true };
  const one = treeOfOffer(first, void 0);
  const two = treeOfOffer(second, one);
  const installed = after(ModelDisk.empty(), { name: "install", offer: first }, first, healthy);
  const updated = after(installed, { name: "update" }, second, healthy);
  const going = { policy: POLICY, world: healthy, restart: { name: "resume" } };
  const update = { ...going, command: { name: "update" }, disk: installed };
  const unwell = (tree) => ({ contents: contents2, healthy: (path) => path !== `versions/${tree.name}` });
  const patched = treeOfOffer(plugins, one);
  const older = treeOfOffer(downgrade, two, [one.name, two.name]);
  const trees = [one, two, patched, older];
  const install = { name: "install", offer: first };
  return [
    {
      ...going,
      name: "first installation",
      disk: ModelDisk.empty(),
      updater: updater(announces(first)),
      command: install,
      restart: install,
      law: { before: void 0, after: one, floorBefore: 0, trees }
    },
    {
      ...update,
      name: "update",
      updater: updater(announces(second)),
      law: { before: one, after: two, floorBefore: 1, trees }
    },
    {
      ...update,
      name: "update that does not start",
      world: unwell(two),
      updater: updater(announces(second)),
      law: { before: one, after: two, floorBefore: 1, trees }
    },
    {
      ...going,
      name: "rollback",
      disk: updated,
      updater: updater(announces(second)),
      command: { name: "rollback" },
      law: { before: one, after: two, floorBefore: 2, trees }
    },
    {
      ...update,
      name: "component update",
      updater: updater(announces(plugins)),
      law: { before: one, after: patched, floorBefore: 1, trees }
    },
    {
      ...update,
      name: "signed downgrade",
      disk: updated,
      updater: updater(announces(downgrade)),
      law: { before: two, after: older, floorBefore: 2, trees }
    }
  ];
}
function treeOfOffer(offer, base, taken = base === void 0 ? [] : [base.name]) {
  const composed = composeTree(offer, base, taken);
  assert("list" in composed, "a sample release makes a tree");
  return composed.list;
}
function after(disk2, command, offer, world) {
  const next = disk2.clone();
  const end2 = runModelSession(updater(announces(offer)), { command, policy: POLICY }, { disk: next, world });
  assert(end2.type === "end" && end2.outcome === "committed", `${command.name} of a sample release commits`);
  return next.cut(next.pending);
}

// src/ota/crash/cuts.ts
var EXHAUSTIVE_MAX = 6;
var SECTOR = 512;
var PAGE2 = 4096;
function* cuts(disk2) {
  for (const survivors of survivals(disk2.pending)) yield { disk: disk2.cut(survivors), survivors };
}
function* survivals(pending) {
  if (pending.length <= EXHAUSTIVE_MAX) yield* combinations(pending);
  else {
    for (let length = 0; length <= pending.length; length += 1) yield pending.slice(0, length);
    for (let missing = 0; missing < pending.length - 1; missing += 1)
      yield pending.filter((_, index) => index !== missing);
  }
  for (const [index, effect] of pending.entries()) {
    for (const torn2 of tears(effect)) yield [...pending.slice(0, index), torn2, ...pending.slice(index + 1)];
  }
}
function* combinations(pending) {
  for (let mask = 0; mask < 1 << pending.length; mask += 1) {
    yield pending.filter((_, index) => (mask & 1 << index) !== 0);
  }
}
var torn = /* @__PURE__ */ new WeakMap();
function tears(effect) {
  if (effect.type !== "bytes") return [];
  const known = torn.get(effect);
  if (known !== void 0) return known;
  const { offset, bytes } = effect;
  const pieces = [...borders(offset, offset + bytes.length)].flatMap((border) => {
    const zeros = bytes.slice();
    zeros.fill(0, border - offset);
    return [
      { ...effect, bytes: bytes.slice(0, border - offset) },
      { ...effect, bytes: zeros }
    ];
  });
  torn.set(effect, pieces);
  return pieces;
}
function borders(start, end2) {
  const found = /* @__PURE__ */ new Set();
  for (const size of [SECTOR, PAGE2]) {
    const first = (Math.floor(start / size) + 1) * size;
    const last = (Math.ceil(end2 / size) - 1) * size;
    if (first < end2) found.add(first);
    if (last > start) found.add(last);
  }
  return found;
}

// src/ota/crash/oracle.ts
function faultOf(disk2, law, promised) {
  const { before, after: after2 } = law;
  const current = currentTree(disk2);
  const isBefore = before === void 0 ? current === void 0 : isTree(disk2, current, before);
  const isAfter = isTree(disk2, current, after2);
  if (!isBefore && !isAfter)
    return `the current tree is neither the old nor the new one (${current ?? "there is none"})`;
  if (promised === "after" && !isAfter) return "the new version was said to be kept, and the old one is back";
  if (promised === "before" && !isBefore) return "the new version was said to be rolled back, and is back";
  return faultOfJournal(disk2, law, promised);
}
function faultOfJournal(disk2, law, promised) {
  const { before, after: after2, floorBefore } = law;
  const { installation: installation2, records } = journalOf(disk2);
  const { floor } = installation2;
  if (floor < floorBefore) return `the floor was lowered from ${floorBefore} to ${floor}`;
  const kept = records.some(
    ({ type, floor: raised }) => (type === "confirmed" || type === "installed") && raised === floor
  );
  if (floor > floorBefore && !kept) return `the floor was raised to ${floor} before that release was confirmed`;
  if (promised === "after" && floor < after2.release)
    return `release ${after2.release} is confirmed, and the floor is ${floor}`;
  const confirmed3 = treeOf(installation2, installation2.confirmed);
  if (confirmed3 === void 0) return before === void 0 ? void 0 : "no version is confirmed";
  if (disk2.at(treePath(confirmed3.name)) === void 0) return `the confirmed version ${confirmed3.name} has gone`;
  const broken = installation2.trees.find((tree) => isBroken(disk2, tree, law));
  return broken && `${treePath(broken.name)} counts as complete, and is not`;
}
function isBroken(disk2, { name, list }, { trees }) {
  const path = treePath(name);
  const known = trees.find((tree) => treeRef(tree).list === list);
  return disk2.at(path) !== void 0 && (known === void 0 || !isTree(disk2, path, known));
}
function faultOfRestart(end2, disk2, law, promised) {
  if (end2.type === "endless") return "recovery does not end";
  if (end2.outcome === "inconsistent") return `recovery finds nothing to stand on (${end2.reason ?? ""})`;
  if (end2.outcome === "failed" && end2.reason !== "installed-already") return `recovery fails (${end2.reason ?? ""})`;
  return faultOf(disk2, law, promised);
}
var journals = /* @__PURE__ */ new Map();
function journalOf(disk2) {
  const node = disk2.at(JOURNAL);
  const text = node?.kind === "file" ? textOf2(node.bytes) : "";
  const known = journals.get(text) ?? readJournal(text);
  journals.set(text, known);
  return known;
}
function currentTree(disk2) {
  const current = disk2.at("current");
  return current?.kind === "link" ? current.target : void 0;
}
function isTree(disk2, path, list) {
  if (path === void 0) return false;
  const wanted = new Map(filesOf(list).map((file2) => [file2.path, file2]));
  const found = disk2.filesBelow(path);
  if (found.length !== wanted.size) return false;
  return found.every(({ path: name, bytes, mode }) => {
    const file2 = wanted.get(name);
    return file2 !== void 0 && file2.mode === mode && contentOf(bytes).sha256 === file2.sha256;
  });
}

// src/ota/crash/explore.ts
var BAD_MAX = 10;
function explore(trial) {
  return new Exploration(trial).run();
}
var Exploration = class {
  trial;
  known = /* @__PURE__ */ new Set();
  /** Disks at work, of which every cut has been made: how many those were. */
  cutBefore = /* @__PURE__ */ new Map();
  states = [];
  bad = [];
  cutsMade = 0;
  recoveryCuts = 0;
  refusals = 0;
  constructor(trial) {
    this.trial = trial;
  }
  run() {
    const { disk: disk2 } = this.trial;
    const first = new Watched(disk2.clone(), (watched) => this.interrupt(watched, "first", void 0));
    const end2 = this.session(first, this.trial.command, void 0);
    this.judgeEnd(end2, first, void 0);
    this.refuse(first.operations);
    for (let index = 0; index < this.states.length && this.bad.length < BAD_MAX; index += 1) {
      const state = this.states[index];
      if (state !== void 0) this.restart(state);
    }
    const { cutsMade: cutsCount, recoveryCuts, refusals } = this;
    const states = this.known.size;
    return { operations: first.operations, cuts: cutsCount, recoveryCuts, refusals, states, bad: this.bad };
  }
  /** Every operation of the session fails once, in every way; and from each on the disk stays full. */
  refuse(operations) {
    for (let operation = 1; operation <= operations; operation += 1) {
      for (const { code, from } of REFUSALS) this.refuseAt(operation, code, from);
    }
  }
  refuseAt(operation, code, from) {
    this.refusals += 1;
    const disturbance = { type: "refused", code, from };
    const step = ({ operations, last }) => {
      return { step: { session: "first", operations, last, disturbance }, before: void 0 };
    };
    let trail;
    const watched = new Watched(
      this.trial.disk.clone(),
      (after2) => {
        if (after2.operations < operation) return;
        trail ??= step(after2);
        this.interrupt(after2, "first", trail);
      },
      (asked, count2) => count2 === operation || from && count2 > operation && isWriting(asked) ? code : void 0
    );
    const end2 = this.session(watched, this.trial.command, void 0);
    this.judge(watched.disk, watched.promised, trail ?? step(watched));
    if (end2.type === "endless") this.blame("the session does not end", trail);
  }
  restart(state) {
    const { trial } = this;
    this.judge(state.disk, state.promised, state.trail);
    const watched = new Watched(state.disk.clone(), (after2) => this.interrupt(after2, "restart", state.trail));
    watched.promised = state.promised;
    const end2 = this.session(watched, trial.restart, state.promised);
    const problem = faultOfRestart(end2, watched.disk, trial.law, watched.promised);
    if (problem !== void 0) this.blame(problem, state.trail);
    this.secondRestart(watched, state.trail);
  }
  /** What has recovered has nothing to recover from. */
  secondRestart(first, trail) {
    const again = new Watched(first.disk.clone(), () => {
    });
    this.session(again, { name: "recover" }, first.promised);
    if (again.writes > 0) this.blame("a second recovery finds something to do", trail);
  }
  session(watched, command, promised) {
    const { updater: updater2, policy, world, through } = this.trial;
    watched.promised = promised;
    const disk2 = through === void 0 ? watched : through(watched);
    return runModelSession(updater2, { command, policy }, { disk: disk2, world, hears: (output) => watched.hear(output) });
  }
  /** After an operation: the power goes, or the process is killed. */
  interrupt(watched, session, before) {
    const key = `${watched.promised ?? ""}
${watched.disk.key()}`;
    const count2 = this.cutBefore.get(key) ?? this.cut(watched, session, before);
    this.cutBefore.set(key, count2);
    this.cutsMade += count2;
    if (session === "restart") this.recoveryCuts += count2;
  }
  cut(watched, session, before) {
    const { disk: disk2, operations, last, promised } = watched;
    const { pending } = disk2;
    const trail = (disturbance) => ({ step: { session, operations, last, disturbance }, before });
    let count2 = 0;
    for (const cut of cuts(disk2)) {
      count2 += 1;
      this.reach(cut.disk, promised, () => {
        const torn2 = cut.survivors.some((survivor) => !pending.includes(survivor));
        return trail({ type: "power-cut", lost: pending.length - cut.survivors.length, pending: pending.length, torn: torn2 });
      });
    }
    if (pending.length === 0 || session === "restart") return count2;
    this.reach(disk2, promised, () => trail({ type: "killed" }));
    return count2 + 1;
  }
  reach(disk2, promised, trail) {
    const key = `${promised ?? ""}
${disk2.key()}`;
    if (this.known.has(key)) return;
    this.known.add(key);
    this.states.push({ disk: disk2.clone(), promised, trail: trail() });
  }
  judgeEnd(end2, watched, trail) {
    const problem = faultOfRestart(end2, watched.disk, this.trial.law, watched.promised);
    if (problem !== void 0) this.blame(problem, trail);
  }
  judge(disk2, promised, trail) {
    const problem = faultOf(disk2, this.trial.law, promised);
    if (problem !== void 0) this.blame(problem, trail);
  }
  blame(problem, trail) {
    const schedule = [];
    for (let step = trail; step !== void 0; step = step.before) schedule.unshift(step.step);
    this.bad.push({ problem, schedule });
  }
};
var REFUSALS = [
  { code: "ENOSPC", from: false },
  { code: "EIO", from: false },
  { code: "EMFILE", from: false },
  { code: "ENOSPC", from: true }
];
function isWriting({ do: what }) {
  return what !== "list" && what !== "read" && what !== "digest" && what !== "space";
}
var Watched = class {
  disk;
  operations = 0;
  writes = 0;
  last;
  promised;
  after;
  refusal;
  constructor(disk2, after2, refusal = () => void 0) {
    this.disk = disk2;
    this.after = after2;
    this.refusal = refusal;
  }
  perform(operation) {
    this.operations += 1;
    this.last = operation;
    if (isWriting(operation)) this.writes += 1;
    const code = this.refusal(operation, this.operations);
    const answer = code === void 0 ? this.disk.perform(operation) : refused(this.disk, operation, code);
    this.after(this);
    return answer;
  }
  /** What is said before an operation holds from then on, whatever happens. */
  hear(output) {
    if (output.type !== "state") return;
    if (output.state === "committed") this.promised = "after";
    if (output.state === "rolled-back") this.promised = "before";
  }
};
function refused(disk2, operation, failed2) {
  if (failed2 === "EIO" && (operation.do === "sync" || operation.do === "sync-folder")) disk2.failSync(operation.path);
  if (failed2 === "ENOSPC" && (operation.do === "append" || operation.do === "create")) {
    disk2.perform({ ...operation, text: operation.text.slice(0, operation.text.length / 2) });
  }
  return { failed: failed2 };
}

// ../../explore.ts
var only = process.argv[2];
for (const [i, t] of trials().entries()) {
  if (only !== void 0 && Number(only) !== i) continue;
  const s = performance.now();
  const r = explore(t);
  const ms = performance.now() - s;
  console.log(t.name, { ...r, bad: r.bad.length }, Math.round(ms) + "ms", Math.round(r.cuts / ms * 1e3) + " cuts/s", Math.round(r.states / ms * 1e3) + " states/s");
  for (const b of r.bad.slice(0, 2)) console.log("  ", b.problem, JSON.stringify(b.schedule).slice(0, 1500));
}
