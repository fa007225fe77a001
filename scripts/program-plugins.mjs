// What rolldown does for the program besides bundling it. Paths are those of dist/, seen from bin/native-import.js.
import { basename } from "node:path";

/** What draws with Ink is built apart. */
export const screensApart = {
  name: "screens-apart",
  resolveId: (id, _importer, { kind }) =>
    kind === "dynamic-import" && id.endsWith(".tsx")
      ? { id: `../dist/cli/screens/${basename(id, ".tsx")}.js`, external: true }
      : undefined,
};

const BY_LOCALE = "(a, b) => a.id.localeCompare(b.id)";

/**
 * oclif sorts the names of its commands by the locale at every start: what compares so takes longer to load than all else that oclif does with
 * them. Their order is that of their code units, as everywhere here.
 */
export const commandsByCodeUnit = {
  name: "commands-by-code-unit",
  transform(code, id) {
    if (!/@oclif[\\/]core[\\/]lib[\\/]config[\\/]plugin\.js$/.test(id)) return undefined;
    if (!code.includes(BY_LOCALE)) throw new Error("oclif no longer sorts its commands as it did");
    return { code: code.replace(BY_LOCALE, "(a, b) => (a.id < b.id ? -1 : 1)"), map: null };
  },
};

/** `import()` of what is not in the program goes through bin/native-import.js: what V8 compiled before has none of its own. */
export const nativeImports = {
  name: "native-imports",
  renderChunk(code) {
    const places = importsIn(this.parse(code));
    if (places.length === 0) return undefined;
    // A name as long as the word that it replaces, and its declaration in the first line: what the source map says stays true.
    let out = 'const native = require("../../bin/native-import.js"); ';
    let from = 0;
    for (const at of places) {
      out += `${code.slice(from, at)}native`;
      from = at + "import".length;
    }
    return { code: out + code.slice(from), map: null };
  },
};

/** Where the `import(…)` begin in a piece of a syntax tree, in the order of the text. */
function importsIn(piece) {
  if (typeof piece !== "object" || piece === null) return [];
  const within = Object.values(piece).flatMap(importsIn);
  return piece.type === "ImportExpression" ? [piece.start, ...within] : within;
}
