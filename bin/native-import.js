// `import()` for the program's own files, which have none when V8 takes them as it compiled them before (see compiled.js).
module.exports = (specifier) => import(specifier);
