/** The steps of a release, in their order. Nothing outside the working folder changes before `publish`. */
export const RELEASE_STEPS = [
  "version",
  "notes",
  "tests",
  "build",
  "licences",
  "package",
  "sign",
  "report",
  "hashes",
  "publish",
  "upload",
  "finish",
] as const;
export type ReleaseStep = (typeof RELEASE_STEPS)[number];
