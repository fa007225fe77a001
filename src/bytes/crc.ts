/**
 * Cyclic redundancy checks of 8 to 32 bits, by the parameters of the RevEng catalogue ("Rocksoft model", Williams 1993).
 * One table of 256 entries for each; no allocation while computing.
 */
export interface CrcParameters {
  /** The name in the RevEng catalogue. */
  readonly name: string;
  /** Bits, 8 … 32. */
  readonly width: number;
  readonly poly: number;
  readonly init: number;
  /** Bytes enter with the least significant bit first. */
  readonly refin: boolean;
  /** The register is reflected before `xorout`. */
  readonly refout: boolean;
  readonly xorout: number;
  /** The CRC of the nine ASCII bytes `123456789`. */
  readonly check: number;
}

/** A CRC ready to compute: its parameters and its table. Not plain data that belongs in a state: look it up by name. */
export interface Crc extends CrcParameters {
  readonly table: Int32Array;
}

/** [poly, init, refin = refout, xorout, check]; the first number of the name is the width. */
type Row = readonly [poly: number, init: number, reflected: boolean, xorout: number, check: number];

/** RevEng catalogue of parametrised CRC algorithms: those met in the field. */
const CATALOGUE = {
  "CRC-8/AUTOSAR": [0x2f, 0xff, false, 0xff, 0xdf],
  "CRC-8/BLUETOOTH": [0xa7, 0x00, true, 0x00, 0x26],
  "CRC-8/CDMA2000": [0x9b, 0xff, false, 0x00, 0xda],
  "CRC-8/DARC": [0x39, 0x00, true, 0x00, 0x15],
  "CRC-8/DVB-S2": [0xd5, 0x00, false, 0x00, 0xbc],
  "CRC-8/I-432-1": [0x07, 0x00, false, 0x55, 0xa1],
  "CRC-8/MAXIM-DOW": [0x31, 0x00, true, 0x00, 0xa1],
  "CRC-8/NRSC-5": [0x31, 0xff, false, 0x00, 0xf7],
  "CRC-8/OPENSAFETY": [0x2f, 0x00, false, 0x00, 0x3e],
  "CRC-8/ROHC": [0x07, 0xff, true, 0x00, 0xd0],
  "CRC-8/SAE-J1850": [0x1d, 0xff, false, 0xff, 0x4b],
  "CRC-8/SMBUS": [0x07, 0x00, false, 0x00, 0xf4],
  "CRC-8/TECH-3250": [0x1d, 0xff, true, 0x00, 0x97],
  "CRC-8/WCDMA": [0x9b, 0x00, true, 0x00, 0x25],
  "CRC-16/ARC": [0x8005, 0x0000, true, 0x0000, 0xbb3d],
  "CRC-16/CDMA2000": [0xc867, 0xffff, false, 0x0000, 0x4c06],
  "CRC-16/CMS": [0x8005, 0xffff, false, 0x0000, 0xaee7],
  "CRC-16/DDS-110": [0x8005, 0x800d, false, 0x0000, 0x9ecf],
  "CRC-16/DECT-X": [0x0589, 0x0000, false, 0x0000, 0x007f],
  "CRC-16/DNP": [0x3d65, 0x0000, true, 0xffff, 0xea82],
  "CRC-16/EN-13757": [0x3d65, 0x0000, false, 0xffff, 0xc2b7],
  "CRC-16/GENIBUS": [0x1021, 0xffff, false, 0xffff, 0xd64e],
  "CRC-16/GSM": [0x1021, 0x0000, false, 0xffff, 0xce3c],
  "CRC-16/IBM-3740": [0x1021, 0xffff, false, 0x0000, 0x29b1],
  "CRC-16/IBM-SDLC": [0x1021, 0xffff, true, 0xffff, 0x906e],
  "CRC-16/KERMIT": [0x1021, 0x0000, true, 0x0000, 0x2189],
  "CRC-16/MAXIM-DOW": [0x8005, 0x0000, true, 0xffff, 0x44c2],
  "CRC-16/MCRF4XX": [0x1021, 0xffff, true, 0x0000, 0x6f91],
  "CRC-16/MODBUS": [0x8005, 0xffff, true, 0x0000, 0x4b37],
  "CRC-16/NRSC-5": [0x080b, 0xffff, true, 0x0000, 0xa066],
  "CRC-16/OPENSAFETY-A": [0x5935, 0x0000, false, 0x0000, 0x5d38],
  "CRC-16/OPENSAFETY-B": [0x755b, 0x0000, false, 0x0000, 0x20fe],
  "CRC-16/PROFIBUS": [0x1dcf, 0xffff, false, 0xffff, 0xa819],
  "CRC-16/RIELLO": [0x1021, 0xb2aa, true, 0x0000, 0x63d0],
  "CRC-16/SPI-FUJITSU": [0x1021, 0x1d0f, false, 0x0000, 0xe5cc],
  "CRC-16/T10-DIF": [0x8bb7, 0x0000, false, 0x0000, 0xd0db],
  "CRC-16/TELEDISK": [0xa097, 0x0000, false, 0x0000, 0x0fb3],
  "CRC-16/UMTS": [0x8005, 0x0000, false, 0x0000, 0xfee8],
  "CRC-16/USB": [0x8005, 0xffff, true, 0xffff, 0xb4c8],
  "CRC-16/XMODEM": [0x1021, 0x0000, false, 0x0000, 0x31c3],
  "CRC-24/BLE": [0x00065b, 0x555555, true, 0x000000, 0xc25a56],
  "CRC-24/FLEXRAY-A": [0x5d6dcb, 0xfedcba, false, 0x000000, 0x7979bd],
  "CRC-24/FLEXRAY-B": [0x5d6dcb, 0xabcdef, false, 0x000000, 0x1f23b8],
  "CRC-24/INTERLAKEN": [0x328b63, 0xffffff, false, 0xffffff, 0xb4f3e6],
  "CRC-24/OPENPGP": [0x864cfb, 0xb704ce, false, 0x000000, 0x21cf02],
  "CRC-24/OS-9": [0x800063, 0xffffff, false, 0xffffff, 0x200fa5],
  "CRC-32/AIXM": [0x814141ab, 0x00000000, false, 0x00000000, 0x3010bf7f],
  "CRC-32/AUTOSAR": [0xf4acfb13, 0xffffffff, true, 0xffffffff, 0x1697d06a],
  "CRC-32/BASE91-D": [0xa833982b, 0xffffffff, true, 0xffffffff, 0x87315576],
  "CRC-32/BZIP2": [0x04c11db7, 0xffffffff, false, 0xffffffff, 0xfc891918],
  "CRC-32/CD-ROM-EDC": [0x8001801b, 0x00000000, true, 0x00000000, 0x6ec2edc4],
  "CRC-32/CKSUM": [0x04c11db7, 0x00000000, false, 0xffffffff, 0x765e7680],
  "CRC-32/ISCSI": [0x1edc6f41, 0xffffffff, true, 0xffffffff, 0xe3069283],
  "CRC-32/ISO-HDLC": [0x04c11db7, 0xffffffff, true, 0xffffffff, 0xcbf43926],
  "CRC-32/JAMCRC": [0x04c11db7, 0xffffffff, true, 0x00000000, 0x340bc6d9],
  "CRC-32/MPEG-2": [0x04c11db7, 0xffffffff, false, 0x00000000, 0x0376e6e7],
  "CRC-32/XFER": [0x000000af, 0x00000000, false, 0x00000000, 0xbd0be338],
} as const satisfies Record<`CRC-${number}/${string}`, Row>;

export type CrcName = keyof typeof CATALOGUE;

export const CRC_NAMES: readonly CrcName[] = Object.keys(CATALOGUE).filter(isCrcName);

/** Other names under which people look for the same thing. */
export const CRC_ALIASES: Readonly<Record<string, CrcName>> = {
  "CRC-8": "CRC-8/SMBUS",
  "CRC-8/MAXIM": "CRC-8/MAXIM-DOW",
  "CRC-16": "CRC-16/ARC",
  "CRC-16/CCITT": "CRC-16/KERMIT",
  "CRC-16/CCITT-FALSE": "CRC-16/IBM-3740",
  "CRC-16/X-25": "CRC-16/IBM-SDLC",
  "CRC-24": "CRC-24/OPENPGP",
  "CRC-32": "CRC-32/ISO-HDLC",
  "CRC-32C": "CRC-32/ISCSI",
};

export function isCrcName(name: string): name is CrcName {
  return Object.hasOwn(CATALOGUE, name);
}

const made = new Map<CrcName, Crc>();

/** The CRC of that name, with its table: made once, never changed. */
export function crc(name: CrcName): Crc {
  const known = made.get(name);
  if (known !== undefined) return known;
  const [poly, init, reflected, xorout, check]: Row = CATALOGUE[name];
  const width = Number.parseInt(name.slice("CRC-".length), 10);
  const fresh = makeCrc({ name, width, poly, init, refin: reflected, refout: reflected, xorout, check });
  made.set(name, fresh);
  return fresh;
}

/** A CRC from its parameters, for one that the catalogue does not have. */
export function makeCrc(parameters: CrcParameters): Crc {
  const { width, poly, refin } = parameters;
  const table = new Int32Array(256);
  // Reflected: register at the bottom, shifts right. Not reflected: register at the top of 32 bits, shifts left.
  const divisor = refin ? reflect(poly, width) : poly << (32 - width);
  for (let byte = 0; byte < 256; byte++) {
    let register = refin ? byte : byte << 24;
    for (let bit = 0; bit < 8; bit++) {
      const out = refin ? register & 1 : register & 0x8000_0000;
      register = refin ? register >>> 1 : register << 1;
      if (out !== 0) register ^= divisor;
    }
    table[byte] = register;
  }
  return { ...parameters, table };
}

/** The register before the first byte. Registers are 32-bit numbers whose layout is private to these three functions. */
export function crcBegin({ width, init, refin }: Crc): number {
  return refin ? reflect(init, width) | 0 : init << (32 - width);
}

/** The register after `bytes[start, end)`. */
export function crcUpdate(model: Crc, register: number, bytes: Uint8Array, start: number, end: number): number {
  const { table } = model;
  let crc = register;
  if (model.refin) {
    for (let at = start; at < end; at++) crc = (table[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  } else {
    for (let at = start; at < end; at++) crc = (table[((crc >>> 24) ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc << 8);
  }
  return crc;
}

/** The CRC, as an unsigned number of `width` bits. */
export function crcEnd({ width, refin, refout, xorout }: Crc, register: number): number {
  const value = refin ? register >>> 0 : register >>> (32 - width);
  return ((refin === refout ? value : reflect(value, width)) ^ xorout) >>> 0;
}

/** The CRC of `bytes[start, end)`. */
export function crcOf(model: Crc, bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  return crcEnd(model, crcUpdate(model, crcBegin(model), bytes, start, end));
}

function reflect(value: number, width: number): number {
  let reflected = 0;
  for (let bit = 0; bit < width; bit++) {
    if (((value >>> bit) & 1) === 1) reflected |= 1 << (width - 1 - bit);
  }
  return reflected >>> 0;
}
