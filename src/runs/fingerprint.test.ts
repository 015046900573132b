import { expect, test } from 'vitest';
import { fingerprint } from './fingerprint.ts';

test('is the SHA-256 in hexadecimal', async () => {
  // FIPS 180-2, B.1.
  expect(await fingerprint(new Blob(['abc']))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test('is not taken of a file too large for memory', async () => {
  expect(await fingerprint({ size: 2 ** 30 } as Blob)).toBeNull();
});
