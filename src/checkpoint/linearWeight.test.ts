import { expect, test } from 'vitest';
import { dequantise, type BlockWeight } from './linearWeight.ts';

const layer = { kind: 'blocks', outFeatures: 2, inFeatures: 3, blockSize: 2 } as const;

test('4-bit blocks: low nibble first, last block padded, a zero point a block', () => {
  const weight: BlockWeight = {
    ...layer,
    bits: 4,
    packed: new Uint8Array([0x21, 0x03, 0xf0, 0x08]),
    scales: new Float32Array([0.5, 1, 2, 4]),
    zeroPoints: new Uint8Array([0x21, 0x80]),
  };
  expect([...dequantise(weight)]).toEqual([0, 0.5, 1, 0, 30, 0]);
});

test('4-bit blocks without zero points are centred on 8', () => {
  const weight: BlockWeight = {
    ...layer,
    bits: 4,
    packed: new Uint8Array([0x98, 0x07, 0x0f, 0x08]),
    scales: new Float32Array([1, 1, 1, 1]),
    zeroPoints: null,
  };
  expect([...dequantise(weight)]).toEqual([0, 1, -1, 7, -8, 0]);
});

test('8-bit blocks', () => {
  const weight: BlockWeight = {
    ...layer,
    bits: 8,
    packed: new Uint8Array([128, 129, 127, 0, 255, 0, 130, 0]),
    scales: new Float32Array([1, 1, 0.5, 1]),
    zeroPoints: null,
  };
  expect([...dequantise(weight)]).toEqual([0, 1, -1, 63.5, -64, 2]);
});
