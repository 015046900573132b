import { expect, test } from 'vitest';
import { fingerprint, fingerprintRows } from './fingerprint.ts';

test('is the SHA-256 in hexadecimal', async () => {
  // FIPS 180-2, B.1.
  expect(await fingerprint(new Blob(['abc']))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test('is not taken of a file too large for memory', async () => {
  expect(await fingerprint({ size: 2 ** 30 } as Blob)).toBeNull();
});

test('of rows differs with any field of any row and with their order', async () => {
  const rows = Array.from({ length: 450 }, (_, i) => ({ id: i, answer: 'A' }));
  const print = await fingerprintRows(rows);
  expect(print).toMatch(/^[0-9a-f]{64}$/);
  expect(await fingerprintRows(rows.map((row) => ({ ...row })))).toBe(print);
  for (const i of [0, 250, 449])
    expect(await fingerprintRows(rows.map((row, k) => (k === i ? { ...row, answer: 'B' } : row)))).not.toBe(
      print,
    );
  expect(await fingerprintRows(rows.toReversed())).not.toBe(print);
  expect(await fingerprintRows(rows.slice(1))).not.toBe(print);
});
