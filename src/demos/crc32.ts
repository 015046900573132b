/** The checksum of PNG, zip and parquet (ISO 3309), of bytes that may come in pieces; eight bytes a step. */

/** Of each byte, and of each byte with one to seven zeros behind it. */
const TABLES = new Int32Array(8 * 256);
for (let n = 0; n < 256; n++) {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  TABLES[n] = c;
}
for (let n = 256; n < TABLES.length; n++) {
  const shorter = TABLES[n - 256];
  TABLES[n] = (shorter >>> 8) ^ TABLES[shorter & 0xff];
}

/** @param before of the bytes that came before these; 0 of none. */
export function crc32(bytes: Uint8Array, before = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let crc = ~before;
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) {
    const a = crc ^ view.getInt32(at, true);
    const b = view.getInt32(at + 4, true);
    crc =
      TABLES[1792 + (a & 0xff)] ^
      TABLES[1536 + ((a >>> 8) & 0xff)] ^
      TABLES[1280 + ((a >>> 16) & 0xff)] ^
      TABLES[1024 + (a >>> 24)] ^
      TABLES[768 + (b & 0xff)] ^
      TABLES[512 + ((b >>> 8) & 0xff)] ^
      TABLES[256 + ((b >>> 16) & 0xff)] ^
      TABLES[b >>> 24];
  }
  for (; at < bytes.length; at++) crc = TABLES[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}
