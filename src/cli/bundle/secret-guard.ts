import { Buffer } from "node:buffer";
import { literalForms } from "../../bundle/redaction/literal-forms.ts";
import type { Guard } from "../../bundle/write-bundle.ts";
import { FieldtapeError } from "../../errors.ts";

/**
 * Refuses whatever holds one of these values, in any form in which traffic may have it, also where a read ends in the middle of one: what must not leave
 * this machine does not, whether or not somebody thought of redacting.
 */
export function secretGuard(values: readonly string[]): Guard | undefined {
  const forms = [...new Set(values)].flatMap(literalForms).map((form) => Buffer.from(form));
  if (forms.length === 0) return undefined;
  const overlap = Math.max(...forms.map((form) => form.length)) - 1;
  return async function* guarded(path, bytes) {
    let tail = Buffer.alloc(0);
    for await (const chunk of bytes) {
      const looked = Buffer.concat([tail, chunk]);
      if (forms.some((form) => looked.includes(form))) throw refused(path);
      tail = looked.subarray(Math.max(0, looked.length - overlap));
      yield chunk;
    }
  };
}

function refused(path: string): FieldtapeError {
  return new FieldtapeError("USAGE", `${path} holds a value that must not leave this machine; nothing was written`, {
    hint: "--redact standard puts an alias in its place; docs/redaction.md says where such values are named",
  });
}
