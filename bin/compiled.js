// What V8 has compiled once, kept for every start: a quarter of the time of a plain command went into compiling it. Node 22 can do this by itself,
// into a folder of the user's; here it is done when the program is built, so that nothing is written, or believed, at run time
// (docs/adr/0041). V8 refuses what another version of it, other flags or another processor made, and compiles as ever.

const { readFileSync, renameSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname, join, relative, sep } = require("node:path");
const { cachedDataVersionTag } = require("node:v8");
const { Script } = require("node:vm");

/** Where the compiled code of the files below `folder` is. */
const keptIn = (folder) => join(folder, `compiled-${cachedDataVersionTag().toString(16)}`);

/** From now on the modules below `folder` are compiled from what is kept there, where there is something that fits. */
exports.useCompiled = (folder) => {
  let kept;
  try {
    kept = unpack(readFileSync(keptIn(folder)));
  } catch {
    return; // built by another Node, or packed without
  }
  compileBelow(folder, (path) => kept.get(path));
};

/** From now on it is watched which modules below `folder` are compiled; the function that it answers with keeps them as far as they ran. */
exports.recordCompiled = (folder) => {
  const file = keptIn(folder);
  const scripts = new Map();
  compileBelow(
    folder,
    () => undefined,
    (path, script) => scripts.set(path, script),
  );
  return () => {
    if (file !== keptIn(folder))
      throw new Error("V8 has other flags than at the start: it would refuse what it compiled");
    writeFileSync(`${file}.new`, pack([...scripts].map(([path, script]) => [path, script.createCachedData()])));
    renameSync(`${file}.new`, file); // whoever starts meanwhile finds all of it or nothing
  };
};

/**
 * As Node compiles a CommonJS module, but with what `find` gives for its path below `folder`. There is no `import()` in such a module: the build
 * has put `native-import.js` in its place.
 */
function compileBelow(folder, find, onCompiled) {
  const compile = Module.prototype._compile;
  Module.prototype._compile = function (content, filename, ...rest) {
    if (!filename.startsWith(folder + sep)) return compile.call(this, content, filename, ...rest);
    const path = relative(folder, filename);
    const script = new Script(Module.wrap(content), {
      filename,
      columnOffset: -Module.wrapper[0].length,
      cachedData: find(path),
    });
    onCompiled?.(path, script);
    const run = script.runInThisContext();
    return run.call(this.exports, this.exports, Module.createRequire(filename), this, filename, dirname(filename));
  };
}

// The length of a list of [path, bytes], the list as JSON, and the bytes of all.

function pack(entries) {
  const list = Buffer.from(JSON.stringify(entries.map(([path, data]) => [path, data.length])));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(list.length);
  return Buffer.concat([length, list, ...entries.map(([, data]) => data)]);
}

function unpack(bytes) {
  let at = 4 + bytes.readUInt32LE(0);
  const found = new Map();
  for (const [path, length] of JSON.parse(bytes.toString("utf8", 4, at))) {
    found.set(path, bytes.subarray(at, at + length));
    at += length;
  }
  return found;
}
