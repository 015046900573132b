import { afterAll, beforeAll, expect, test } from 'vitest';
import { goldenArray } from '../../test/golden/goldenArray.ts';
import { goldenFile, goldenPolicy, tinyFile, tinyJson } from '../../test/golden/tinyCheckpoint.ts';
import type { CheckpointSource } from '../checkpoint/source.ts';
import { readPeft } from '../checkpoint/peft.ts';
import { pixelValues, type ImageSettings } from './imageProcessor.ts';
import type { EncodedPrompt, Policy, PromptImage, SamplingSettings } from './policy.ts';
import { createPolicy } from './vlmPolicy.ts';

const golden = goldenPolicy();
const source: CheckpointSource = { name: 'tiny', read: (path) => Promise.resolve(tinyFile(path)) };
const picture: PromptImage = { bytes: goldenFile(golden.image), mime: 'image/png' };
const sampled: SamplingSettings = { temperature: 1, top_p: 1, top_k: 0, max_completion_length: 12, seed: 3 };
const greedy = { ...sampled, temperature: 0, max_completion_length: 24 };

let policy: Policy;
let prompt: EncodedPrompt;
beforeAll(async () => {
  policy = await createPolicy(source, { device: 'cpu' });
  prompt = await policy.encode(golden.prompt, picture);
});
afterAll(() => policy.dispose());

test('pixel values are those of Python', async () => {
  const { values } = await pixelValues(picture, tinyJson('preprocessor_config.json') as ImageSettings);
  golden.pixels.first.forEach((x, i) => expect(values[i]).toBeCloseTo(x, 6));
  const sum = values.reduce((a, b) => a + b, 0);
  expect(sum / golden.pixels.sum).toBeCloseTo(1, 6);
  expect(values.reduce((a, b) => a + b * b, 0) / golden.pixels.sum_of_squares).toBeCloseTo(1, 6);
});

test('token ids and embeddings, image features in their places, are those of Python', () => {
  expect([...prompt.ids]).toEqual(golden.ids);
  expect(prompt.hidden).toBe(golden.embeds.shape[1]);
  const embeds = goldenArray(golden.embeds);
  expect(prompt.embeds.length).toBe(embeds.length);
  embeds.forEach((x, i) => expect(Math.abs(prompt.embeds[i] - x)).toBeLessThan(1e-4));
});

test('a prompt is counted without its picture', async () => {
  expect(await policy.promptLength!(golden.prompt)).toBe(golden.ids.length);
});

test('a response becomes its tokens and the end token, as Python has them', async () => {
  const text = '<think> 0.25 </think> <answer> [[B]] </answer>';
  const ids = await policy.encodeResponse(text);
  expect([...ids]).toEqual([410, 275, 13, 377, 220, 411, 220, 412, 220, 407, 220, 413, 402]);
});

test('a picture seen before gives the same embeddings, a blank one others', async () => {
  expect((await policy.encode(golden.prompt, picture)).embeds).toEqual(prompt.embeds);
  expect((await policy.encode(golden.prompt, 'blank')).embeds).not.toEqual(prompt.embeds);
});

test('the greedy continuation is that of Python, with and without the adapter', async () => {
  const answer = async () => (await policy.generate(prompt, 1, greedy))[0];
  expect([...(await answer()).ids]).toEqual(golden.greedy.ids);
  expect((await answer()).text).toBe(golden.greedy.text);
  const adapter = readPeft({
    'adapter_config.json': new TextDecoder().decode(goldenFile('adapter/adapter_config.json')),
    'adapter_model.safetensors': goldenFile('adapter/adapter_model.safetensors'),
  });
  await policy.setAdapter(adapter);
  expect([...(await answer()).ids]).toEqual(golden.greedy.adapter.ids);
  await policy.setAdapter(null);
  expect([...(await answer()).ids]).toEqual(golden.greedy.ids);
});

test('the same seed gives the same group, its rows differ, and fewer rows are the first of more', async () => {
  const group = await policy.generate(prompt, 8, sampled);
  expect(await policy.generate(prompt, 8, sampled)).toEqual(group);
  expect(new Set(group.map((c) => c.text)).size).toBeGreaterThan(1);
  const [alone] = await policy.generate(prompt, 1, sampled);
  expect([...alone.ids]).toEqual([...group[0].ids]);
  alone.logprobs.forEach((x, i) => expect(Math.abs(x - group[0].logprobs[i])).toBeLessThan(1e-5));
  expect((await policy.generate(prompt, 1, { ...sampled, seed: 4 }))[0].ids).not.toEqual(alone.ids);
});

test('a completion is one entry a token, its tokens join to its text, and it ends at an end token or the limit', async () => {
  const group = await policy.generate(prompt, 16, { ...sampled, temperature: 3, max_completion_length: 60 });
  expect(group.some((c) => c.terminated)).toBe(true);
  for (const { ids, tokens, logprobs, entropies, text, terminated, letters } of group) {
    expect([tokens.length, logprobs.length, entropies.length]).toEqual([ids.length, ids.length, ids.length]);
    expect(tokens.join('')).toBe(text);
    expect(terminated).toBe(ids[ids.length - 1] === 402);
    expect(ids.length === 60 || terminated).toBe(true);
    expect(Math.max(...logprobs)).toBeLessThanOrEqual(0);
    if (letters) expect(letters.reduce((a, b) => a + b)).toBeLessThanOrEqual(1);
  }
});

test('tokens stream a step at a time, null for rows that have ended', async () => {
  const steps: (string | null)[][] = [];
  const settings = { ...sampled, temperature: 3, max_completion_length: 60 };
  const group = await policy.generate(prompt, 16, settings, { onTokens: (tokens) => steps.push(tokens) });
  group.forEach((c, row) => {
    expect(steps.slice(0, c.ids.length).map((tokens) => tokens[row])).toEqual(c.tokens);
    expect(steps.slice(c.ids.length).every((tokens) => tokens[row] === null)).toBe(true);
  });
});

test('cancelling takes effect before the next token', async () => {
  const controller = new AbortController();
  let steps = 0;
  const onTokens = () => ++steps === 3 && controller.abort();
  const call = policy.generate(prompt, 4, sampled, { signal: controller.signal, onTokens });
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  expect(steps).toBe(3);
});

test('what does not fit the context is refused', async () => {
  await expect(policy.generate(prompt, 1, { ...sampled, max_completion_length: 600 })).rejects.toThrow(
    'max_completion_length 600 does not fit behind a prompt of 71 tokens: at most 569',
  );
});

test('a prompt without an image is refused', async () => {
  await expect(policy.encode('no picture', picture)).rejects.toThrow('exactly one <image>');
});

test('a picture that is none is refused', async () => {
  const broken: PromptImage = { bytes: new Uint8Array(9), mime: 'image/png' };
  await expect(policy.encode(golden.prompt, broken)).rejects.toThrow(
    'cannot decode a image/png picture of 9 bytes',
  );
});

test('groups of several prompts are those that each prompt gets alone, told one after the other', async () => {
  const other = await policy.encode(`${golden.prompt} Once more: where is it?`, 'blank');
  const prompts = [
    { prompt, seed: 3 },
    { prompt: other, seed: 5 },
  ];
  const watched: number[] = [];
  const batch = await policy.generateBatch(prompts, 3, sampled, { onTokens: (i) => watched.push(i) });
  for (const [i, { prompt: one, seed }] of prompts.entries()) {
    const alone = await policy.generate(one, 3, { ...sampled, seed });
    expect(batch[i].map(({ ids }) => [...ids])).toEqual(alone.map(({ ids }) => [...ids]));
    alone.forEach(({ logprobs }, row) =>
      logprobs.forEach((x, t) => expect(Math.abs(batch[i][row].logprobs[t] - x)).toBeLessThan(1e-4)),
    );
  }
  expect([...new Set(watched)]).toEqual([0, 1]);
});

test('option scores after a thought are the last reading along it', async () => {
  const ids = await policy.encodeResponse('<think> gripper is at 0.25 </think> <answer> [[B]] </answer>');
  const trace = await policy.letterTrace(prompt, ids);
  const scores = await policy.optionScores(prompt, ids);
  scores.forEach((p, letter) => expect(Math.abs(p - trace.letters.at(-1)![letter])).toBeLessThan(1e-5));
});
