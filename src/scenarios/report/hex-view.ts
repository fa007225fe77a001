import type { ShownBytes } from "../differences/case-differences.ts";
import { html, type Markup } from "./markup.ts";

const PER_ROW = 16;

/** Recorded bytes, sixteen a row, with their characters; those of the frame are framed. */
export function hexView({ channel, dir, start, hex, span: [offset, length] }: ShownBytes): Markup {
  const bytes = hex.match(/../g) ?? [];
  const first = start - (start % PER_ROW);
  const rows: Markup[] = [];
  for (let row = first; row < start + bytes.length; row += PER_ROW) {
    const cells = Array.from({ length: PER_ROW }, (_, column) => {
      const place = row + column;
      const byte = bytes[place - start];
      return { byte, kind: kindOf(place, offset, length) };
    });
    rows.push(html`<span class="offset">${String(row).padStart(8)}</span>  ${cells.map(({ byte, kind }) => html`<b class="${kind}">${byte ?? "  "}</b> `)} ${cells.map(({ byte, kind }) => html`<b class="${kind}">${byte === undefined ? " " : character(byte)}</b>`)}
`);
  }
  return html`<figure><figcaption>channel ${channel}, ${dir}, from byte ${start}; the frame is bytes ${offset} to ${offset + length - 1}</figcaption><pre class="hex">${rows}</pre></figure>`;
}

function kindOf(place: number, offset: number, length: number): string {
  if (place < offset || place >= offset + length) return "outside";
  return place === offset ? "inside begins" : "inside";
}

function character(byte: string): string {
  const code = Number.parseInt(byte, 16);
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : "·";
}
