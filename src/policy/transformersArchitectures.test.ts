/** Each architecture that is asked only, as a tiny model of random weights, against Python transformers. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { goldenAnswers, type GoldenAnswer } from '../../test/golden/tinyCheckpoint.ts';
import { folderSource } from '../node/checkpointFolder.ts';
import type { Completion, Policy, PromptImage } from './policy.ts';
import { TransformersModel } from './transformersModel.ts';
import { createTransformersPolicy } from './transformersPolicy.ts';
import { farthest, FP32, GREEDY, picture } from './testing/asking.ts';

const folder = (name: string) => fileURLToPath(new URL(`../../test/fixtures/tiny-${name}`, import.meta.url));
const open = (name: string) =>
  createTransformersPolicy(folderSource(folder(name)), { device: 'cpu', dtypes: FP32 });
const shown = ({ image }: GoldenAnswer): PromptImage => (image ? picture(image, 'image/png') : 'blank');

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
    const [given] = await policy.generate(encoded, 1, GREEDY);
    expect([...given.ids]).toEqual(answer.ids);
    expect(farthest(given.logprobs, answer.logprobs)).toBeLessThan(1e-4);
  });

  test('each row of a group is what it is alone, though they end at different places', async () => {
    const prompt = await policy.encode(answers[0].prompt, shown(answers[0]));
    const hot = { ...GREEDY, temperature: 3, seed: 5, max_completion_length: 90 };
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
