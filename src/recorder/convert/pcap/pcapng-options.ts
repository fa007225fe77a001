/** Option codes of draft-ietf-opsawg-pcapng that are used; a code's meaning depends on its block. */
export const OPTION = {
  end: 0,
  comment: 1,
  /** Section header: shb_userappl. */
  application: 4,
  /** Interface: if_name, if_description, if_tsresol, if_tsoffset. */
  name: 2,
  description: 3,
  resolution: 9,
  timeOffset: 14,
  /** Enhanced packet: epb_flags, whose two low bits are the direction. */
  packetFlags: 2,
  /** Statistics: isb_ifdrop, isb_osdrop. */
  interfaceDrops: 5,
  systemDrops: 7,
} as const;

/** Where a block's options lie. */
export interface OptionList {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
  readonly little: boolean;
}

/** Calls `found` with the place of each option of this code. A list that breaks off is read as far as it is whole. */
function each(options: OptionList, code: number, found: (start: number, length: number) => void): void {
  const { view, end, little } = options;
  for (let at = options.start; at + 4 <= end; ) {
    const here = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (here === OPTION.end || at + 4 + length > end) return;
    if (here === code) found(at + 4, length);
    at += 4 + ((length + 3) & ~3);
  }
}

/** All options of this code as text; bytes that are not UTF-8 are replaced. */
export function textOptions(options: OptionList, code: number): readonly string[] {
  const texts: string[] = [];
  const decoder = new TextDecoder();
  each(options, code, (start, length) => texts.push(decoder.decode(options.bytes.subarray(start, start + length))));
  return texts;
}

/** An option of one or four bytes. */
export function numberOption(options: OptionList, code: number): number | undefined {
  let value: number | undefined;
  each(options, code, (start, length) => {
    if (length === 1) value = options.view.getUint8(start);
    if (length === 4) value = options.view.getUint32(start, options.little);
  });
  return value;
}

/** An option of eight bytes, unsigned. */
export function unsignedOption(options: OptionList, code: number): bigint | undefined {
  let value: bigint | undefined;
  each(options, code, (start, length) => {
    if (length === 8) value = options.view.getBigUint64(start, options.little);
  });
  return value;
}
