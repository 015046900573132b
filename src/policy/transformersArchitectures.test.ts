/** Each architecture that is asked only, as a tiny model of random weights, against Python transformers. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { goldenAnswers, type GoldenAnswer } from '../../test/golden/tinyCheckpoint.ts';
import { folderSource } from '../node/checkpointFolder.ts';
import type { Completion, Policy, PromptImage, SamplingSettings } from './policy.ts';
import { TransformersModel } from './transformersModel.ts';
import { createTransformersPolicy } from './transformersPolicy.ts';

const fp32 = { embed_tokens: 'fp32', vision_encoder: 'fp32', decoder_model_merged: 'fp32' } as const;
const greedy: SamplingSettings = {
  temperature: 0,
  top_p: 1,
  top_k: 0,
  max_completion_length: 24,
  seed: 0,
};
const folder = (name: string) => fileURLToPath(new URL(`../../test/fixtures/tiny-${name}`, import.meta.url));
const open = (name: string) =>
  createTransformersPolicy(folderSource(folder(name)), { device: 'cpu', dtypes: fp32 });
const shown = ({ image }: GoldenAnswer): PromptImage =>
  image ? { bytes: new Uint8Array(Buffer.from(image, 'base64')), mime: 'image/png' } : 'blank';
const farthest = (given: ArrayLike<number>, expected: ArrayLike<number>) =>
  Math.max(...Array.from(given, (x, i) => Math.abs(x - expected[i])));

describe.each([
  ['lfm2_vl', 'lfm2'],
  ['qwen3_vl', 'qwen3'],
  ['llava_qwen2', 'fastvlm'],
] as const)('a tiny %s', (name, golden) => {
  const answers = goldenAnswers(golden);
  let policy: Policy;
  beforeAll(async () => {
    policy = await open(name);
  });
  afterAll(() => policy.dispose());

  test.each(answers)('answers $prompt as Python transformers does', async (answer) => {
    const encoded = await policy.encode(answer.prompt, shown(answer));
    expect([...encoded.ids]).toEqual(answer.prompt_ids);
    const [given] = await policy.generate(encoded, 1, greedy);
    expect([...given.ids]).toEqual(answer.ids);
    expect(farthest(given.logprobs, answer.logprobs)).toBeLessThan(1e-4);
  });

  test('each row of a group is what it is alone, though they end at different places', async () => {
    const prompt = await policy.encode(answers[0].prompt, shown(answers[0]));
    const hot = { ...greedy, temperature: 3, seed: 5, max_completion_length: 90 };
    const group = await policy.generate(prompt, 6, hot);
    const atOnce = vi.spyOn(TransformersModel.prototype, 'rowsAtOnce').mockReturnValue(1);
    const alone = await policy.generate(prompt, 6, hot).finally(() => atOnce.mockRestore());
    const ids = (rows: Completion[]) => rows.map((row) => [...row.ids]);
    expect(ids(alone)).toEqual(ids(group));
    group.forEach(({ logprobs }, row) => expect(farthest(logprobs, alone[row].logprobs)).toBeLessThan(1e-4));
    expect(new Set(group.map(({ ids }) => ids.length)).size).toBeGreaterThan(1);
    expect(group.some(({ terminated }) => terminated)).toBe(true);
  });
});
