import * as z from "zod";

const argumentsSchema = z.array(z.string()).min(1).max(1000);

/** A program and its arguments, from a JSON array; `undefined` if it is none. */
export function parseArgumentList(text: string): readonly string[] | undefined {
  try {
    return argumentsSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
