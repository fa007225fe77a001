/** How wide the three panes are. The hex pane has what its bytes need, the state a share; the frames have the rest. */
export function paneWidths(columns: number): { hex: number; frames: number; state: number } {
  // Offset and 16 bytes with their text, 8 with text, or 8 alone.
  const hex = columns >= 150 ? 76 : columns >= 110 ? 43 : 33;
  const state = Math.max(12, Math.min(36, Math.floor((columns - hex) * 0.38)));
  return { hex, frames: Math.max(1, columns - hex - state), state };
}
