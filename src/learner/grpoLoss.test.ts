import { expect, test } from 'vitest';
import { seededRandom, uniform } from '../demos/random.ts';
import { batchSizes, responseLoss } from './grpoLoss.ts';
import type { LearnerResponse } from './learner.ts';
import { checkLoss, DEFAULT_LOSS, type LossSettings } from './lossSettings.ts';

const SETTINGS: LossSettings = { ...DEFAULT_LOSS, temperature: 1, max_completion_length: 16 };

function response(seed: number, length = 6): { response: LearnerResponse; logprobs: Float32Array } {
  const random = seededRandom('response', seed);
  const near = (values: Float32Array, by: number) => values.map((value) => value + uniform(random, -by, by));
  const logprobs = Float32Array.from({ length }, () => uniform(random, -4, -0.1));
  const oldLogprobs = near(logprobs, 0.4);
  return {
    logprobs,
    response: {
      ids: new Int32Array(length),
      samplingLogprobs: near(oldLogprobs, 0.1),
      oldLogprobs,
      advantage: uniform(random, -1.5, 1.5),
    },
  };
}

const lossOf = (one: LearnerResponse, logprobs: Float32Array, settings: LossSettings) => {
  const [batch] = batchSizes([{ promptEmbeds: new Float32Array(), responses: [one] }], settings);
  return responseLoss(one, { logprobs, entropies: logprobs, reference: null }, settings, batch);
};

test('by default the loss is DAPO with clipping at 0.2 and a sequence mask at 3, bit for bit', () => {
  for (let seed = 0; seed < 50; seed++) {
    const { response: one, logprobs } = response(seed);
    const { advantage, samplingLogprobs } = one;
    const old = one.oldLogprobs!;
    const whole = Math.exp(old.map((v, i) => v - samplingLogprobs[i]).reduce((a, b) => a + b, 0));
    const weight = whole > 3 ? 0 : whole;
    let loss = 0;
    const weights = logprobs.map((logprob, i) => {
      const ratio = Math.exp(logprob - old[i]);
      const clipped = Math.min(Math.max(ratio, 0.8), 1.2);
      const isClipped = clipped * advantage < ratio * advantage;
      loss += (1 / 6) * (-weight * advantage * (isClipped ? clipped : ratio));
      return (1 / 6) * (isClipped ? 0 : -weight * advantage * ratio);
    });
    const found = lossOf(one, logprobs, SETTINGS);
    expect(found.loss).toBe(loss);
    expect(found.weights).toEqual(weights);
    expect(found.entropyWeight).toBe(0);
  }
});

test('the weights are the derivative of the loss in each log-probability', () => {
  const options: Partial<LossSettings>[] = [
    {},
    { loss_type: 'sapo' },
    { importance_sampling_level: 'sequence', epsilon: 0.02 },
    { importance_sampling_level: 'sequence', loss_type: 'sapo' },
    { importance_sampling_mode: 'token_truncate', importance_sampling_level: 'sequence', epsilon: 0.3 },
    { delta: 1.25 },
  ];
  for (const option of options)
    for (let seed = 0; seed < 10; seed++) {
      const settings = { ...SETTINGS, ...option };
      const { response: one, logprobs } = response(seed);
      const { weights } = lossOf(one, logprobs, settings);
      weights.forEach((weight, i) => {
        const [up, down] = [1e-3, -1e-3].map((by) => {
          const moved = logprobs.with(i, logprobs[i] + by);
          return { loss: lossOf(one, moved, settings).loss, at: moved[i] };
        });
        expect((up.loss - down.loss) / (up.at - down.at)).toBeCloseTo(weight, 4);
      });
    }
});

test('when every response is masked nothing is learned and no metric is NaN', () => {
  const settings = { ...SETTINGS, mask_truncated_completions: true, entropy_coef: 1 };
  const { response: one, logprobs } = response(1);
  const { loss, weights, entropyWeight } = lossOf({ ...one, truncated: true }, logprobs, settings);
  expect([loss, entropyWeight, ...weights]).toEqual(new Array(8).fill(0));
});

test.each<[Partial<LossSettings>, string]>([
  [{ delta: 1.2 }, 'delta 1.2 is not above 1 + epsilon_high = 1.2'],
  [{ loss_type: 'cispo' }, 'loss_type cispo bounds the ratio by epsilon_high, now null'],
  [{ sapo_temperature_neg: 0 }, 'sapo_temperature_pos 1 and _neg 0 must be above 0'],
  [{ importance_sampling_clip_min: 4 }, 'importance_sampling_clip_min 4 is above'],
])('refuses %j', (changes, message) => {
  expect(() => checkLoss({ ...DEFAULT_LOSS, ...changes })).toThrow(message);
});
