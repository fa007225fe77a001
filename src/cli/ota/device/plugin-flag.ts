import { FieldtapeError } from "../../../errors.ts";

/**
 * A plug-in of the user's own, as `NAME=ABI`.
 *
 * @throws FieldtapeError USAGE
 */
export function parsePlugin(text: string): { readonly name: string; readonly abi: number } {
  const [, name, abi] = /^(.{1,200})=([0-9]{1,9})$/.exec(text) ?? [];
  if (name !== undefined) return { name, abi: Number(abi) };
  throw new FieldtapeError("USAGE", `${JSON.stringify(text)} is no plug-in`, { hint: "write it like pump-counter=3" });
}
