import { configOf } from "../wiring.ts";
import { type Finding, ok } from "./finding.ts";

/** Whether the project's configuration can be read. @throws FieldtapeError when it cannot */
export async function examineConfiguration(flags: Parameters<typeof configOf>[0]): Promise<readonly Finding[]> {
  const { file } = await configOf(flags);
  return [ok("configuration", file ?? "there is none, and none is needed")];
}
