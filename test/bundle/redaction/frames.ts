/** A sentence with its checksum. */
export function sentence(body: string): string {
  const sum = [...body].reduce((all, character) => all ^ character.charCodeAt(0), 0);
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, "0")}\r\n`;
}

/** A length-prefixed protocol, as a subject has its options. */
export const LENGTH_PREFIXED = {
  name: "length-prefixed",
  options: {
    start: "aa55",
    length: { offset: 2, width: 1, counts: "payload" },
    check: { kind: "CRC-16/MODBUS", from: 2, endian: "little" },
  },
};

function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

/** A frame of it. */
export function framed(payload: Uint8Array): Buffer {
  const checked = Buffer.from([payload.length, ...payload]);
  const crc = crc16(checked);
  return Buffer.concat([Buffer.from([0xaa, 0x55]), checked, Buffer.from([crc & 0xff, crc >> 8])]);
}
