import { expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

function file(header: unknown, body: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + body);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (shape: number[], data_offsets: number[], dtype = 'F32') => ({ dtype, shape, data_offsets });

test('what is written is read', () => {
  const tensors = new Map([
    ['a', { shape: [2, 3], data: new Float32Array([1, 2, 3, 4, 5, -6.5]) }],
    ['__proto__', { shape: [1], data: new Float32Array([7]) }],
  ]);
  const bytes = writeSafetensors(new Map([['a', tensors.get('a')!]]));
  expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
  expect(readSafetensors(bytes).get('a')).toEqual(tensors.get('a'));
  const hostile = file('{"__proto__": {"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4);
  expect(readSafetensors(hostile).get('__proto__')).toEqual({ shape: [1], data: new Float32Array([0]) });
});

test('16-bit numbers are widened', () => {
  const bytes = file({ h: entry([1], [0, 2], 'F16'), b: entry([1], [2, 4], 'BF16') }, 4);
  bytes.set([0x00, 0x3c, 0x80, 0xbf], bytes.length - 4);
  const tensors = readSafetensors(bytes);
  expect([...tensors.get('h')!.data, ...tensors.get('b')!.data]).toEqual([1, -1]);
});

test.each([
  ['no file', new Uint8Array(3), /3 bytes/],
  ['a header longer than the file', new Uint8Array(8).fill(255), /a header of 18446744073709551615 bytes/],
  ['no JSON', file('{"a":', 0), /its header is no JSON/],
  ['no object', file('[]', 0), /no JSON object/],
  ['another type', file({ a: entry([4], [0, 4], 'I8') }, 4), /tensor a/],
  ['a shape of another size', file({ a: entry([3], [0, 8]) }, 8), /tensor a \[3\] F32 has bytes 0 to 8/],
  ['offsets behind the end', file({ a: entry([2], [0, 8]) }, 4), /bytes 0 to 8 of 4/],
  ['offsets the wrong way', file({ a: entry([0], [4, 0]) }, 4), /bytes 4 to 0/],
  ['an overlap', file({ a: entry([1], [0, 4]), b: entry([1], [0, 4]) }, 4), /cover 8 bytes of 4/],
  ['a hole', file({ a: entry([1], [4, 8]) }, 8), /cover 4 bytes of 8/],
  ['a shape that overflows', file({ a: entry([2 ** 40, 2 ** 40], [0, 4]) }, 4), /tensor a/],
])('%s is refused', (_, bytes, message) => {
  expect(() => readSafetensors(bytes)).toThrow(message);
});
