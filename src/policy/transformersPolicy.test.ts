import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { MissingFileError, type CheckpointSource } from '../checkpoint/source.ts';
import { splitModel } from '../../test/golden/splitModel.ts';
import { goldenAnswers } from '../../test/golden/tinyCheckpoint.ts';
import { EMBEDDED, folderSource } from '../node/checkpointFolder.ts';
import type { EncodedPrompt, Policy } from './policy.ts';
import { createTransformersPolicy } from './transformersPolicy.ts';
import { farthest, FP32, GREEDY, picture } from './testing/asking.ts';
import { createPolicy } from './vlmPolicy.ts';

const testFile = (path: string) => new URL(`../../test/${path}`, import.meta.url);
const goldenJson = (path: string) => JSON.parse(readFileSync(testFile(`golden/${path}`), 'utf8')) as unknown;
const sampled = { ...GREEDY, temperature: 1, seed: 3 };
const QWEN = fileURLToPath(testFile('fixtures/tiny-qwen2_5_vl'));

describe('the embedded SmolVLM, which our own policy runs too', () => {
  interface Question {
    id: string;
    prompt: string;
    image: string;
    prompt_ids: number[];
  }
  const { questions } = goldenJson('embedded.json') as { questions: Question[] };
  let ours: Policy;
  let theirs: Policy;
  beforeAll(async () => {
    ours = await createPolicy(folderSource(EMBEDDED), { device: 'cpu' });
    theirs = await createTransformersPolicy(folderSource(EMBEDDED), { device: 'cpu' });
  });
  afterAll(() => Promise.all([ours, theirs].map((policy) => policy.dispose())));

  const both = async ({ prompt, image }: Question) =>
    Promise.all([ours, theirs].map((policy) => policy.encode(prompt, picture(image, 'image/webp'))));

  test('gives the same tokens, with the same probabilities', async () => {
    for (const question of questions.slice(0, 6)) {
      const [own, other] = await both(question);
      expect([...other.ids], question.id).toEqual(question.prompt_ids);
      const settings = { ...GREEDY, max_completion_length: 160 };
      const [expected] = await ours.generate(own, 1, settings);
      const [given] = await theirs.generate(other, 1, settings);
      expect(given.tokens, question.id).toEqual(expected.tokens);
      expect([...given.ids]).toEqual([...expected.ids]);
      expect(given.terminated).toBe(expected.terminated);
      expect(farthest(given.logprobs, expected.logprobs)).toBeLessThan(1e-3);
      expect(farthest(given.entropies, expected.entropies)).toBeLessThan(1e-3);
      expect(farthest(given.letters!, expected.letters!)).toBeLessThan(1e-3);
    }
  });

  test('and a sampled group of the same seed is the same group', async () => {
    const [own, other] = await both(questions[0]);
    const settings = { ...sampled, top_p: 0.9, min_p: 0.02, max_completion_length: 60 };
    const expected = await ours.generate(own, 4, settings);
    const given = await theirs.generate(other, 4, settings);
    expect(given.map(({ ids }) => [...ids])).toEqual(expected.map(({ ids }) => [...ids]));
    expect(new Set(given.map(({ text }) => text)).size).toBeGreaterThan(1);
  });

  test('letters after a thought and along it are those of our policy', async () => {
    const [own, other] = await both(questions[1]);
    const ids = await ours.encodeResponse('<think> gripper is at 0.25 </think> <answer> [[B]] </answer>');
    expect(
      await theirs.encodeResponse('<think> gripper is at 0.25 </think> <answer> [[B]] </answer>'),
    ).toEqual(ids);
    expect(farthest(await theirs.optionScores(other, ids), await ours.optionScores(own, ids))).toBeLessThan(
      1e-3,
    );
    const expected = await ours.letterTrace(own, ids);
    const given = await theirs.letterTrace(other, ids);
    expect(given.at).toEqual(expected.at);
    expect(farthest(given.letters.flat(), expected.letters.flat())).toBeLessThan(1e-3);
  });
});

describe('a tiny Qwen2.5-VL', () => {
  const answers = goldenAnswers('qwen');
  let policy: Policy;
  let prompt: EncodedPrompt;
  beforeAll(async () => {
    policy = await createTransformersPolicy(folderSource(QWEN), { device: 'cpu', dtypes: FP32 });
    prompt = await policy.encode(answers[0].prompt, picture(answers[0].image!, 'image/png'));
  });
  afterAll(() => policy.dispose());

  test('answers as Python transformers does, without the penalties of its own settings', async () => {
    for (const { prompt, image, prompt_ids, ids, logprobs } of answers) {
      const encoded = await policy.encode(prompt, image ? picture(image, 'image/png') : 'blank');
      expect([...encoded.ids]).toEqual(prompt_ids);
      const [given] = await policy.generate(encoded, 1, GREEDY);
      expect([...given.ids]).toEqual(ids);
      expect(farthest(given.logprobs, logprobs)).toBeLessThan(1e-4);
    }
  });

  test('a group is one batch: rows differ, and the first is what it is alone', async () => {
    const steps: (string | null)[][] = [];
    const group = await policy.generate(prompt, 4, sampled, { onTokens: (tokens) => steps.push(tokens) });
    const [alone] = await policy.generate(prompt, 1, sampled);
    expect([...group[0].ids]).toEqual([...alone.ids]);
    expect(farthest(group[0].logprobs, alone.logprobs)).toBeLessThan(1e-4);
    expect(new Set(group.map(({ text }) => text)).size).toBe(4);
    group.forEach(({ tokens, text }, row) => {
      expect(steps.slice(0, tokens.length).map((step) => step[row])).toEqual(tokens);
      expect(tokens.join('')).toBe(text);
    });
    const batch = await policy.generateBatch([{ prompt, seed: 3 }], 4, sampled);
    expect(batch[0].map(({ ids }) => [...ids])).toEqual(group.map(({ ids }) => [...ids]));
  });

  test('rows end at different places, and fewer rows are the first of more', async () => {
    const hot = { ...sampled, temperature: 3, max_completion_length: 120 };
    const group = await policy.generate(prompt, 8, hot);
    const fewer = await policy.generate(prompt, 3, hot);
    expect(fewer.map(({ ids }) => [...ids])).toEqual(group.slice(0, 3).map(({ ids }) => [...ids]));
    const ended = group.filter(({ terminated }) => terminated);
    expect(ended.length).toBeGreaterThan(0);
    expect(new Set(group.map(({ ids }) => ids.length)).size).toBeGreaterThan(1);
    for (const { ids, logprobs, entropies, tokens } of ended) {
      expect([logprobs.length, entropies.length, tokens.length]).toEqual([
        ids.length,
        ids.length,
        ids.length,
      ]);
      expect(ids.length).toBeLessThan(120);
    }
  });

  test('cancelling takes effect before the next token, and the model goes on afterwards', async () => {
    const abort = new AbortController();
    let steps = 0;
    const onTokens = () => ++steps === 3 && abort.abort();
    await expect(
      policy.generate(prompt, 2, sampled, { signal: abort.signal, onTokens }),
    ).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(steps).toBe(3);
    expect([...(await policy.generate(prompt, 1, GREEDY))[0].ids]).toEqual(answers[0].ids);
  });

  test('an adapter, a prompt that is too long and one without a picture are refused', async () => {
    await expect(policy.setAdapter({} as never)).rejects.toThrow('can only be asked');
    await expect(policy.setAdapter(null)).resolves.toBeUndefined();
    await expect(policy.generate(prompt, 1, { ...GREEDY, max_completion_length: 600 })).rejects.toThrow(
      'max_completion_length 600 does not fit behind a prompt of 96 tokens: at most 544',
    );
    await expect(policy.encode('no picture', 'blank')).rejects.toThrow('exactly one <image>');
  });
});

/** Some files of the tiny Qwen2.5-VL are others; null: missing. @param listed whether it tells its files. */
function qwenWith(others: Record<string, Uint8Array | null>, listed = false): CheckpointSource {
  const tiny = folderSource(QWEN);
  return {
    name: 'owner/other',
    read: (path, signal) => {
      const other = others[path];
      if (other === null) return Promise.reject(new MissingFileError(`no ${path}`));
      return other ? Promise.resolve(other) : tiny.read(path, signal);
    },
    ...(listed && { paths: async () => [...(await tiny.paths!()), ...Object.keys(others)] }),
  };
}

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const qwenJson = (path: string) => JSON.parse(readFileSync(`${QWEN}/${path}`, 'utf8')) as object;

describe('tensors in a file beside the model', () => {
  const PATH = 'onnx/decoder_model_merged.onnx';
  const { model, data } = splitModel(
    new Uint8Array(readFileSync(`${QWEN}/${PATH}`)),
    'decoder_model_merged.onnx_data',
  );
  const parts = { [PATH]: model, [`${PATH}_data`]: data };
  const stated = { use_external_data_format: { 'decoder_model_merged.onnx': 1 } };
  const config = text({ ...qwenJson('config.json'), 'transformers.js_config': stated });

  test.each([
    ['are found in the list of files', qwenWith(parts, true)],
    ['or by what config.json says', qwenWith({ ...parts, 'config.json': config })],
  ])('%s', async (_, source) => {
    expect(data.length).toBeGreaterThan(model.length);
    const told: (number | null)[][] = [];
    const policy = await createTransformersPolicy(source, {
      device: 'cpu',
      dtypes: FP32,
      onProgress: (...state) => told.push(state),
    });
    const [{ prompt, image, ids }] = goldenAnswers('qwen');
    const encoded = await policy.encode(prompt, picture(image!, 'image/png'));
    expect([...(await policy.generate(encoded, 1, GREEDY))[0].ids]).toEqual(ids);
    expect(told.at(-1)![0]).toBe(told.at(-1)![1]);
    await policy.dispose();
  });
});

test.each([
  ['tokenizer_config.json', null, 'no tokenizer_config.json'],
  ['preprocessor_config.json', text(null), 'owner/other: preprocessor_config.json'],
  ['preprocessor_config.json', text({ image_mean: [0.5] }), 'names no processor_class'],
  ['config.json', text({ ...qwenJson('config.json'), model_type: 'bert' }), 'bert'],
  [
    'config.json',
    text({ ...qwenJson('config.json'), 'transformers.js_config': { use_external_data_format: 1e9 } }),
    'owner/other: config.json: transformers.js_config.use_external_data_format',
  ],
])('a %s that will not do is named', async (path, bytes, words) => {
  const source = qwenWith({ [path]: bytes });
  await expect(createTransformersPolicy(source, { device: 'cpu', dtypes: FP32 })).rejects.toThrow(words);
});

test('without a chat template it says so; nothing is fetched', async () => {
  const reached = vi.spyOn(globalThis, 'fetch');
  const settings = text({ ...qwenJson('tokenizer_config.json'), chat_template: undefined });
  const without = qwenWith({
    'tokenizer_config.json': settings,
    'chat_template.jinja': null,
    'chat_template.json': null,
  });
  await expect(createTransformersPolicy(without, { device: 'cpu', dtypes: FP32 })).rejects.toThrow(
    'owner/other has no chat template',
  );
  expect(reached).not.toHaveBeenCalled();
  reached.mockRestore();
});
