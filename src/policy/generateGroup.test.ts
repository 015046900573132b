import { expect, test } from 'vitest';
import { generateGroup, type Vocabulary } from './generateGroup.ts';

const TOKENS = ['', '<think>', 'x', '<answer>', '[[A]]', '[[B]]', '[[C]]', '[[D]]', '</answer>', '<image>'];
const END = 0;
const vocabulary: Vocabulary = {
  end: new Set([END]),
  suppressed: new Set([9]),
  letters: [[4, 5, 6, 7]],
  ending: { ids: [3], letters: [4, 5, 6, 7] },
  decode: (ids) => ids.map((id) => TOKENS[id]).join(''),
  embed: (ids) => Promise.resolve(Float32Array.from(ids)),
};
const settings = { temperature: 0, top_p: 1, top_k: 0, max_completion_length: 9 };
const group = (rows: number[]) => ({ embeds: new Float32Array(2), rows, seed: 0 });

/** Answers with the logits of a script, [step][row], and notes what is asked of it. */
function scripted(script: number[][][], most = Infinity) {
  const calls: unknown[] = [];
  let step = 0;
  const decoder = {
    rowsAtOnce: () => most,
    prefill: () => Promise.resolve(Float32Array.from(script[step++][0])),
    prefillAll: () => Promise.reject(new Error('one prompt only')),
    select: (rows: number[]) => Promise.resolve(void calls.push(rows)),
    step: (embeds: Float32Array) => {
      calls.push([...embeds].map((id) => TOKENS[id]));
      return Promise.resolve(Float32Array.from(script[step++].flat()));
    },
    clear: () => calls.push('clear'),
  };
  return { decoder, calls };
}

const towards = (token: number, strength = 20) => TOKENS.map((_, i) => (i === token ? strength : 0));

test('letters are the probabilities of the four where the answer is chosen, not where one is merely mentioned', async () => {
  const choice = TOKENS.map((_, i) => [0, 0, 0, 0, 1, 2, 5, 3, 0, 9][i]);
  const { decoder } = scripted(
    [towards(5), towards(3), choice, towards(8), towards(END)].map((row) => [row]),
  );
  const [completion] = await generateGroup(decoder, vocabulary, group([0]), settings);
  expect(completion.text).toBe('[[B]]<answer>[[C]]</answer>');
  const total = choice.reduce((sum, x) => sum + Math.exp(x), 0);
  completion.letters!.forEach((p, i) => expect(p).toBeCloseTo(Math.exp(choice[4 + i]) / total, 6));
});

test('a row without an answer has no letters', async () => {
  const { decoder } = scripted([[towards(2)], [towards(END)]]);
  const [completion] = await generateGroup(decoder, vocabulary, group([0]), settings);
  expect(completion).toMatchObject({ text: 'x', letters: null, terminated: true });
});

test('rows that have ended leave the batch', async () => {
  const undecided = TOKENS.map((_, i) => (i === 1 || i === 2 ? 20 : 0));
  const { decoder, calls } = scripted([
    [undecided],
    [towards(2), towards(END), towards(2)],
    [towards(END), towards(2)],
    [towards(END)],
  ]);
  const sampled = { ...settings, temperature: 1 };
  const completions = await generateGroup(decoder, vocabulary, group([0, 1, 2]), sampled);
  const first = completions.map(({ tokens }) => tokens[0]);
  expect(calls).toEqual([[0, 0, 0], first, [0, 2], ['x', 'x'], [1], ['x'], 'clear']);
  expect(completions.map(({ ids }) => ids.length)).toEqual([3, 2, 4]);
});

test('a suppressed token is not chosen, and the cache is freed after an error', async () => {
  const { decoder, calls } = scripted([[TOKENS.map((_, i) => (i === 9 ? 20 : i === 2 ? 5 : 0))]]);
  const call = generateGroup(decoder, vocabulary, group([0]), settings, {
    onTokens: ([token]) => {
      throw new Error(`saw ${token}`);
    },
  });
  await expect(call).rejects.toThrow('saw x');
  expect(calls).toEqual(['clear']);
});

test('more rows than the decoder takes at once come in parts, each told in its place', async () => {
  const { decoder, calls } = scripted(
    [[towards(1)], [towards(END), towards(END)], [towards(3)], [towards(END)]],
    2,
  );
  const told: (string | null)[][] = [];
  const completions = await generateGroup(decoder, vocabulary, group([0, 1, 2]), settings, {
    onTokens: (tokens) => told.push(tokens),
  });
  expect(completions.map(({ text }) => text)).toEqual(['<think>', '<think>', '<answer>']);
  expect(told).toEqual([
    ['<think>', '<think>', null],
    ['', '', null],
    [null, null, '<answer>'],
    [null, null, ''],
  ]);
  expect(calls).toEqual([[0, 0], ['<think>', '<think>'], 'clear', ['<answer>'], 'clear']);
});
