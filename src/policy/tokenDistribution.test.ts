import { expect, test } from 'vitest';
import { goldenFile } from '../../test/golden/tinyCheckpoint.ts';
import { seededRandom } from '../demos/random.ts';
import { drawToken, probabilities, type DrawSettings } from './tokenDistribution.ts';

const logits = Float32Array.from([1, 3, 2, -1]);
const none = new Set<number>();
const plain = { temperature: 1, top_p: 1, top_k: 0 };

function shares(settings: Partial<typeof plain>, suppressed = none, n = 5_000): number[] {
  const random = seededRandom('shares');
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < n; i++)
    counts[drawToken(logits, { ...plain, ...settings }, suppressed, random).token]++;
  return counts.map((c) => c / n);
}

function softmax(values: number[]): number[] {
  const weights = values.map((v) => Math.exp(v));
  return weights.map((w) => w / weights.reduce((a, b) => a + b));
}

test('tokens come up as often as softmax(logits / temperature) says', () => {
  for (const temperature of [0.5, 1, 2]) {
    const expected = softmax([...logits].map((l) => l / temperature));
    shares({ temperature }).forEach((share, i) => expect(Math.abs(share - expected[i])).toBeLessThan(0.03));
  }
});

test('log-probability and entropy are those of the scaled full distribution, whatever is cut off', () => {
  const p = softmax([...logits].map((l) => l / 2));
  const draw = drawToken(logits, { temperature: 2, top_p: 0.5, top_k: 1 }, new Set([1]), seededRandom(1));
  expect(draw.token).toBe(2);
  expect(draw.logprob).toBeCloseTo(Math.log(p[2]), 6);
  expect(draw.entropy).toBeCloseTo(-p.reduce((sum, x) => sum + x * Math.log(x), 0), 6);
});

test('temperature 0 takes the likeliest token that may be sampled, and reports at temperature 1', () => {
  const draw = drawToken(logits, { ...plain, temperature: 0 }, new Set([1]), () => NaN);
  expect(draw.token).toBe(2);
  expect(draw.logprob).toBeCloseTo(Math.log(softmax([...logits])[2]), 6);
});

test('top_k and top_p keep the likeliest', () => {
  expect(shares({ top_k: 2 })[0]).toBe(0);
  expect(shares({ top_k: 2 })[3]).toBe(0);
  expect(shares({ top_p: 0.1 })).toEqual([0, 1, 0, 0]);
  const nucleus = shares({ top_p: 0.8 }); // .64 + .24 reach .8, the third is out
  expect(nucleus[0]).toBe(0);
  expect(nucleus[2]).toBeGreaterThan(0.2);
});

test('a draw leaves nothing behind for the next, of a smaller vocabulary or a larger', () => {
  const draw = (values: Float32Array) => drawToken(values, plain, none, () => 0.9);
  const alone = draw(logits);
  draw(new Float32Array(50).fill(7));
  expect(draw(logits)).toEqual(alone);
  expect(draw(new Float32Array(100))).toEqual({
    token: 90,
    logprob: -Math.log(100),
    entropy: Math.log(100),
  });
});

test('a draw takes no memory outside of the heap, which the garbage collector would be woken for', () => {
  const wide = new Float32Array(2 ** 16);
  const draw = () => drawToken(wide, plain, none, () => 0.5);
  draw();
  const { arrayBuffers } = process.memoryUsage();
  for (let i = 0; i < 20; i++) draw();
  expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(wide.length * 8);
});

test('a suppressed token never comes up', () => {
  expect(shares({}, new Set([1]))[1]).toBe(0);
});

test('huge logits do not overflow', () => {
  const draw = drawToken(Float32Array.from([1e4, 9e3]), plain, none, seededRandom(1));
  expect(draw).toEqual({ token: 0, logprob: 0, entropy: 0 });
});

test('NaN is reported, not sampled', () => {
  expect(() => drawToken(Float32Array.from([NaN, NaN]), plain, none, seededRandom(1))).toThrow(
    'NaN as a logit',
  );
});

test('probabilities of some tokens', () => {
  const p = softmax([...logits]);
  probabilities(logits, [2, 0]).forEach((x, i) => expect(x).toBeCloseTo([p[2], p[0]][i], 6));
});

const golden = JSON.parse(new TextDecoder().decode(goldenFile('sampling.json'))) as {
  settings: DrawSettings;
  logits: number[];
  probabilities: number[];
}[];

test.each(golden)(
  'shares under $settings are those of transformers',
  ({ settings, logits, probabilities }) => {
    const draws = 40_000;
    const counts = logits.map(() => 0);
    for (let i = 0; i < draws; i++)
      counts[drawToken(Float32Array.from(logits), settings, none, () => (i + 0.5) / draws).token]++;
    probabilities.forEach((p, token) => {
      expect(Math.abs(counts[token] / draws - p)).toBeLessThan(2 / draws);
      if (p === 0) expect(counts[token]).toBe(0);
    });
  },
);
