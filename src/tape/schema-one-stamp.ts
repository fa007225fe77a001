/** The stamp first, as everyone writes it. */
const FIRST = /^\{\s*"ts"\s*:\s*(-?[0-9][0-9.eE+-]*)(?=\s*[,}])/;
/** A string, or what opens or closes a level or parts members, or any other value. */
const PIECE = /\s*("(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s"{}[\]:,]+)/y;

/**
 * The text of the member `ts` of the object itself (not of one inside it), as it stands in valid JSON: `JSON.parse` would round
 * it. As there, the last of two members of one name counts. `undefined` if there is none or it is no number.
 */
export function stampText(json: string): string | undefined {
  const [written, first] = FIRST.exec(json) ?? [];
  // An escaped name or a second one is not expected, but it is possible.
  if (written !== undefined && !json.includes('"ts"', written.length) && !json.includes("\\u", written.length))
    return first;
  return scanned(json);
}

function scanned(json: string): string | undefined {
  let found: string | undefined;
  let depth = 0;
  let key = "";
  let isValue = false;
  PIECE.lastIndex = 0;
  for (let piece = PIECE.exec(json)?.[1]; piece !== undefined; piece = PIECE.exec(json)?.[1]) {
    if (isValue && key === "ts") found = /^-?[0-9]/.test(piece) ? piece : undefined;
    isValue = depth === 1 && piece === ":";
    if (piece === "{" || piece === "[") depth++;
    else if (piece === "}" || piece === "]") depth--;
    else if (depth === 1 && piece.startsWith('"')) key = String(JSON.parse(piece));
  }
  return found;
}
