import { withEntities } from "./entities.ts";

/** Text that is HTML already. Only `html` makes one, so nothing else gets into a page unescaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Piece = Markup | string | number | undefined | readonly Piece[];

/** Markup with values in it: texts are escaped, markup stands as it is, lists are joined, `undefined` is nothing. */
export function html(literals: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  return new Markup(literals.map((literal, index) => literal + written(values[index])).join(""));
}

function written(piece: Piece): string {
  if (piece === undefined) return "";
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === "object") return piece.map(written).join("");
  return escaped(String(piece));
}

/** Also what no HTML may hold: other control characters come as the picture of them. */
function escaped(text: string): string {
  return withEntities(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (control) =>
    String.fromCharCode(0x2400 + control.charCodeAt(0)),
  );
}
