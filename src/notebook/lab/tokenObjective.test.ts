import { expect, test } from 'vitest';
import { responseLoss } from '../../learner/grpoLoss.ts';
import { DEFAULT_LOSS, type LossSettings } from '../../learner/lossSettings.ts';
import { tokenObjective, tokenShare } from './tokenObjective.ts';

const CLIP = { epsilon: 0.2, epsilon_high: 0.28, beta: 0 };
const at = (ratio: number, advantage: number, clip = CLIP, reference: number | null = null) =>
  tokenObjective(Math.log(0.5), Math.log(0.5 / ratio), reference, advantage, clip);

test.each([
  // ratio, advantage, region, objective, slope: by hand
  [1, 2, 'inside', 2, 2],
  [1.25, 2, 'inside', 2.5, 2.5],
  [1.5, 2, 'above', 2.56, 0],
  [1.5, -1, 'above', -1.5, -1.5],
  [0.5, -1, 'below', -0.8, 0],
  [0.5, 2, 'below', 1, 1],
  [1, 0, 'inside', 0, 0],
] as const)('ratio %d and advantage %d', (ratio, advantage, region, objective, slope) => {
  const found = at(ratio, advantage);
  expect(found.region).toBe(region);
  expect(found.objective).toBeCloseTo(objective, 12);
  expect(found.slope).toBeCloseTo(slope, 12);
});

test('the KL: reference twice as likely gives 2 - ln 2 - 1, and pulls towards it', () => {
  const found = at(1, 0, { ...CLIP, beta: 0.1 }, Math.log(1));
  expect(found.kl).toBeCloseTo(1 - Math.LN2, 12);
  expect(found.objective).toBeCloseTo(-0.1 * (1 - Math.LN2), 12);
  expect(found.slope).toBeCloseTo(0.1, 12);
  expect(at(1, 0).kl).toBe(0);
});

test('the slope is the derivative in log p', () => {
  const clip = { ...CLIP, beta: 0.3 };
  for (const [logprob, advantage] of [
    [-0.9, 1.3],
    [-0.9, -0.4],
    [-1.6, 1.3],
    [-0.3, -0.7],
  ]) {
    const value = (lp: number) => tokenObjective(lp, -1, -1.2, advantage, clip);
    const numeric = (value(logprob + 1e-6).objective - value(logprob - 1e-6).objective) / 2e-6;
    expect(value(logprob).slope).toBeCloseTo(numeric, 6);
  }
});

test.each(['grpo', 'dapo', 'dr_grpo'] as const)(
  'summed by %s it is the loss the learner takes',
  (loss_type) => {
    const lengths = [3, 5];
    const settings: LossSettings = {
      ...DEFAULT_LOSS,
      ...CLIP,
      beta: 0.2,
      loss_type,
      temperature: 1,
      max_completion_length: 7,
      importance_sampling_correction: false,
    };
    const logprobs = Float32Array.of(-0.5, -1, -2);
    const old = Float32Array.of(-0.9, -1, -1.2);
    const reference = Float32Array.of(-0.4, -1.5, -2);
    const expected = responseLoss(
      { ids: new Int32Array(3), samplingLogprobs: old, oldLogprobs: old, advantage: 0.7 },
      { logprobs, entropies: new Float32Array(3), reference },
      settings,
      { groups: 1, responses: 2, tokens: 8, groupTokens: 8 },
    );
    const share = tokenShare(loss_type, lengths, 0, 7);
    const tokens = [0, 1, 2].map((i) =>
      tokenObjective(logprobs[i], old[i], reference[i], 0.7, { ...CLIP, beta: 0.2 }),
    );
    const loss = tokens.reduce((sum, { objective }) => sum - share * objective, 0);
    expect(loss).toBeCloseTo(expected.loss, 6);
    tokens.forEach(({ slope }, i) => expect(-share * slope).toBeCloseTo(expected.weights[i], 6));
  },
);
