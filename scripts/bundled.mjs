/**
 * Packages that the build takes into our own files, because every start, every tape or every screen needs them: fewer files to open.
 * The other packages stay outside and load when they are used.
 */
export const BUNDLED = "@oclif/core zod ink react semver write-file-atomic yaml pino rotating-file-stream".split(" ");
