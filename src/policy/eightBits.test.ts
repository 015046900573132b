/** A decoder in 8-bit integers takes no adapter and answers all the same. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goldenFile, goldenPolicy } from '../../test/golden/tinyCheckpoint.ts';
import { tinyInTwo } from '../../test/hub/tinyInTwo.ts';
import { readPeft } from '../checkpoint/peft.ts';
import { folderSource } from '../node/checkpointFolder.ts';
import type { EncodedPrompt, Policy } from './policy.ts';
import { createPolicy } from './vlmPolicy.ts';

const golden = goldenPolicy();
const why = 'tiny can be asked in q8, not trained';
const q8 = { embed_tokens: 'q8', vision_encoder: 'q8', decoder_model_merged: 'q8' } as const;
const sampling = { temperature: 1, top_p: 1, top_k: 0, max_completion_length: 12, seed: 3 };
const folder = tinyInTwo();
let policy: Policy;
let prompt: EncodedPrompt;
beforeAll(async () => {
  policy = await createPolicy(folderSource(folder), { device: 'cpu', dtypes: q8, askOnly: why });
  prompt = await policy.encode(golden.prompt, { bytes: goldenFile(golden.image), mime: 'image/png' });
});
afterAll(async () => {
  await policy.dispose();
  rmSync(folder, { recursive: true });
});

test('it reads the prompt as the golden values have it, but for what 8 bits lose', async () => {
  expect([...prompt.ids]).toEqual(golden.ids);
  const [{ logprobs, ids }] = await policy.generate(prompt, 1, { ...sampling, temperature: 0 });
  expect(ids[0]).toBe(golden.greedy.ids[0]);
  const plain = await createPolicy(folderSource(folder), { device: 'cpu' });
  const same = await plain.encode(golden.prompt, { bytes: goldenFile(golden.image), mime: 'image/png' });
  const [fourBits] = await plain.generate(same, 1, { ...sampling, temperature: 0 });
  expect(Math.abs(logprobs[0] - fourBits.logprobs[0])).toBeLessThan(0.2);
  await plain.dispose();
});

test('a group is drawn by its seed', async () => {
  const drawn = await policy.generate(prompt, 3, sampling);
  const again = await policy.generate(prompt, 3, sampling);
  expect(drawn).toHaveLength(3);
  expect(again.map(({ ids }) => [...ids])).toEqual(drawn.map(({ ids }) => [...ids]));
});

test('an adapter is refused with the reason, none is none', async () => {
  const adapter = readPeft({
    'adapter_config.json': new TextDecoder().decode(goldenFile('adapter/adapter_config.json')),
    'adapter_model.safetensors': goldenFile('adapter/adapter_model.safetensors'),
  });
  await expect(policy.setAdapter(adapter)).rejects.toThrow(`no adapter can be used here: ${why}`);
  await policy.setAdapter(null);
  const opening = createPolicy(folderSource(folder), { device: 'cpu', dtypes: q8 });
  await expect(opening).rejects.toThrow(/8-bit integers \(MatMulInteger\)/);
});
