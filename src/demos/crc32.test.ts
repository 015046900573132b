import { crc32 as reference } from 'node:zlib';
import { expect, test } from 'vitest';
import { crc32 } from './crc32.ts';
import { seededRandom } from './random.ts';

test("is zlib's, whole and in pieces, wherever the bytes begin", () => {
  const random = seededRandom('crc32');
  const bytes = Uint8Array.from({ length: 300 }, () => Math.floor(256 * random()));
  for (let length = 0; length < 40; length++) {
    const part = bytes.subarray(length % 7, (length % 7) + 7 * length);
    const cut = Math.floor(part.length / 3);
    expect(crc32(part)).toBe(reference(part));
    expect(crc32(part.subarray(cut), crc32(part.subarray(0, cut)))).toBe(reference(part));
  }
});
