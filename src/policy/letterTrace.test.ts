import { PreTrainedTokenizer } from '@huggingface/transformers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goldenArray } from '../../test/golden/goldenArray.ts';
import { goldenPolicy, tinyFile, tinyJson } from '../../test/golden/tinyCheckpoint.ts';
import { adapterFeeds, addAdapterInputs } from '../checkpoint/adapterInputs.ts';
import { readConfig } from '../checkpoint/config.ts';
import { readOnnx } from '../checkpoint/onnxFile.ts';
import { readEmbeddings } from '../checkpoint/decoderWeights.ts';
import { createDecoder, type Decoder } from './decoder.ts';
import type { Vocabulary } from './generateGroup.ts';
import { findLetterTokens } from './letterTokens.ts';
import { findEnding, letterTrace, planTrace } from './letterTrace.ts';
import { loadRuntime } from './onnxRuntime.ts';
import { probabilities } from './tokenDistribution.ts';

const config = readConfig(tinyJson('config.json'));
const tokenizer = new PreTrainedTokenizer(tinyJson('tokenizer.json'), tinyJson('tokenizer_config.json'));
const encode = (text: string) => tokenizer.encode(text, { add_special_tokens: false });
const hidden = config.hidden_size;
const table = readEmbeddings(tinyFile('onnx/embed_tokens_q4.onnx'));
const embed = (ids: number[]) =>
  Float32Array.from(ids.flatMap((id) => [...table.subarray(id * hidden, (id + 1) * hidden)]));
const prompt = goldenArray(goldenPolicy().embeds);
const END = 402;
const vocabulary: Vocabulary = {
  end: new Set([END]),
  suppressed: new Set(),
  letters: findLetterTokens(encode),
  ending: findEnding(encode),
  decode: (ids) => tokenizer.decode(ids, { skip_special_tokens: true }),
  embed: (ids) => Promise.resolve(embed(ids)),
};

let decoder: Decoder;
beforeAll(async () => {
  const model = readOnnx(tinyFile('onnx/decoder_model_merged_q4.onnx'));
  addAdapterInputs(model, config, 'all');
  decoder = await createDecoder(await loadRuntime('cpu'), model, config);
  await decoder.setAdapter(adapterFeeds(null, config, 'all'));
});
afterAll(() => decoder.release());

/** One prefill of prompt, prefix and ending by themselves, no cache and no batch. */
async function single(prefix: number[], { ids, letters }: { ids: number[]; letters: number[] }) {
  const added = embed([...prefix, ...ids]);
  const whole = new Float32Array(prompt.length + added.length);
  whole.set(prompt);
  whole.set(added, prompt.length);
  const logits = await decoder.prefill(whole);
  decoder.clear();
  return probabilities(logits, letters);
}

const CLOSED = '<think> It is at [0.25, 0, 0.75]. </think> <answer> [[B]] </answer>';

test.each([
  ['with an answer', CLOSED],
  ['in another form', '<think>down</think><answer>[[C]]</answer>'],
  ['cut in its thought', '<think> It is at [0.2'],
  ['without tags', 'It is B'],
])('a response %s: every reading equals a scoring by itself', async (_, text) => {
  const ids = encode(text);
  const { from, to, ending } = planTrace(ids, vocabulary);
  const { at, letters } = await letterTrace(decoder, vocabulary, prompt, ids);
  expect(at).toEqual(Array.from({ length: to - from + 1 }, (_, i) => from + i));
  for (const [i, k] of at.entries()) {
    const expected = await single(ids.slice(0, k), ending);
    letters[i].forEach((p, l) => expect(Math.abs(p - expected[l])).toBeLessThan(1e-5));
  }
  expect(new Set(letters.map((four) => four[0].toFixed(7))).size).toBeGreaterThan(1);
});

test('it reads from <think> to </think>, and keeps the ending that the response wrote', () => {
  const ids = encode(CLOSED);
  const { from, to, ending } = planTrace(ids, vocabulary);
  expect(vocabulary.decode(ids.slice(0, from)).trim()).toBe('<think>');
  expect(vocabulary.decode(ids.slice(0, to)).trim()).toBe('<think> It is at [0.25, 0, 0.75].');
  expect(vocabulary.decode(ids.slice(to)).trim()).toBe('</think> <answer> [[B]] </answer>');
  expect(ids.slice(to, to + ending.ids.length)).toEqual(ending.ids);
  expect(ending.letters[1]).toBe(ids[to + ending.ids.length]);
});

test('an end token is not part of a thought', () => {
  const ids = [...encode('so it is'), END];
  expect(planTrace(ids, vocabulary)).toMatchObject({ from: 0, to: ids.length - 1 });
});

test('cancelling takes effect before the next token', async () => {
  const controller = new AbortController();
  const done: number[] = [];
  const options = {
    signal: controller.signal,
    onProgress: (n: number) => {
      done.push(n);
      if (n === 2) controller.abort();
    },
  };
  const call = letterTrace(decoder, vocabulary, prompt, encode(CLOSED), options);
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  expect(done).toEqual([1, 2]);
});
