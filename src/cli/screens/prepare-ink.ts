import process from "node:process";

/**
 * Must be called before Ink is imported. Where `CI` is set, even to nothing, it draws no more than the last picture; whoever opened a screen sits
 * in front of it. React's other build is slow, and measures itself without end.
 */
export function prepareInk(): void {
  process.env["NODE_ENV"] ??= "production";
  for (const name of ["CI", "CONTINUOUS_INTEGRATION"]) if (name in process.env) process.env[name] = "false";
}
