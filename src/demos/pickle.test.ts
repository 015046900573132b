import { expect, test } from 'vitest';
import goldens from '../../test/fixtures/bundles.json' with { type: 'json' };
import { fixture, unzipped } from '../../test/fixtures/fixture.ts';
import { PICKLE_LIMITS, readPickle } from './pickle.ts';
import { PickleError, PickledArray, type PickleValue } from './pickleGlobals.ts';
import { seededRandom } from './random.ts';

/** In the JSON's terms. */
function plain(value: PickleValue): unknown {
  if (value instanceof PickledArray) return { shape: value.shape, values: [...value.values!] };
  if (value instanceof Uint8Array) return [...value];
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

for (const protocol of [2, 3, 4, 5])
  test(`values of protocol ${protocol} equal what Python wrote`, () => {
    const read = plain(readPickle(fixture(`values_protocol${protocol}.pkl`))) as Record<string, unknown>;
    expect({ ...read, flag: Number(read.flag) }).toEqual(goldens.values);
  });

test('a pickle that asks for os.system is refused by name', () => {
  for (const name of ['bad_system.pkl', 'bad_system_protocol2.pkl'])
    expect(() => readPickle(fixture(name))).toThrow(/asks for posix\.system/);
});

test('names that JavaScript objects have by themselves are no globals', () => {
  const pickle = new TextEncoder().encode('\u0000\u0000cconstructor\n__proto__\n.').slice(2);
  expect(() => readPickle(pickle)).toThrow('asks for constructor.__proto__');
});

test('limits on instructions, memory, memo and nesting hold', () => {
  const bytes = fixture('values_protocol4.pkl');
  const limited = (limits: Partial<typeof PICKLE_LIMITS>) => () =>
    readPickle(bytes, { ...PICKLE_LIMITS, ...limits });
  expect(limited({ opcodes: 50 })).toThrow('more than 50 instructions');
  expect(limited({ bytes: 500 })).toThrow('more than 500 bytes');
  expect(limited({ memo: 10 })).toThrow('more than 10 values');
  expect(limited({ nesting: 1 })).toThrow('deeper than 1');
  const hugeString = Uint8Array.from([0x80, 4, 0x8e, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 0x2e]);
  expect(() => readPickle(hugeString)).toThrow(PickleError);
});

test('damage gives a PickleError or a value, never anything else, in bounded time', async () => {
  const files = await unzipped(fixture('rlbench_variations.zip'));
  const pickles = [
    ...Object.entries(files).flatMap(([path, bytes]) => (path.endsWith('low_dim_obs.pkl') ? [bytes] : [])),
    ...[2, 3, 4, 5].map((protocol) => fixture(`values_protocol${protocol}.pkl`)),
  ];
  const random = seededRandom('pickle damage');
  const below = (n: number) => Math.floor(random() * n);
  let refused = 0;
  for (let trial = 0; trial < 400; trial++) {
    let bytes = pickles[trial % pickles.length].slice();
    if (trial % 5 === 0) bytes = bytes.subarray(0, below(bytes.length));
    for (let k = 0; k < 1 + below(4); k++) bytes[below(bytes.length)] = below(256);
    try {
      readPickle(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(PickleError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(100);
}, 120_000);
