import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { seededRandom } from '../demos/random.ts';
import { readPosition, scoreOpenResponse } from '../questions/openEnded.ts';
import { LETTERS, type Letter } from '../questions/question.ts';
import { scoreResponse } from '../questions/reward.ts';
import { REWARD_PYTHON } from './rewardPython.ts';

const GOLDEN = new URL('../../test/golden/easyr1/', import.meta.url);

interface Case {
  response: string;
  /** A letter, or a position of an open-ended question. */
  answer: string;
}

const WRITTEN = [
  '<think>the cup is left</think> <answer>[[A]]</answer>',
  '<think>the cup is left</think><answer> [[A]] </answer>',
  '\n<think>\nlines\nof thought\n</think>\n\n<answer>\n[[A]]\n</answer>\n',
  '<think></think> <answer></answer>',
  '<think>a</think> <answer>[[B]]</answer>',
  '<think>a</think> <answer>[[E]]</answer>',
  '<think>a</think> <answer>[[a]]</answer>',
  '<think>a</think> <answer>A</answer>',
  '<think>a</think> <answer>[A]</answer>',
  '<think>a</think> <answer>[[A]].</answer>',
  '<think>a</think> <answer>[[A]] [[A]]</answer>',
  '<think>a</think> <answer>[[A]] [[B]]</answer>',
  '<think>a</think> <answer>[[ A ]]</answer>',
  '<think>a</think> <answer>[[A]]</answer> and more',
  'Sure! <think>a</think> <answer>[[A]]</answer>',
  '<think>a</think> so <answer>[[A]]</answer>',
  '<answer>[[A]]</answer> <think>a</think>',
  '<answer>[[A]]</answer>',
  '<think>a <answer>[[A]]</answer>',
  '<think>a</think> <answer>[[A]]',
  '<think>a</think> [[A]]',
  '<think>a</think> <answer>[[A]]</answer> <answer>[[A]]</answer>',
  '<think>a</think> <answer>[[B]]</answer> <answer>[[A]]</answer>',
  '<think>a</think> <think>b</think> <answer>[[A]]</answer>',
  '<think>perhaps <answer>[[B]]</answer></think> <answer>[[A]]</answer>',
  '<think>a</think> <answer><answer>[[A]]</answer></answer>',
  '<think>a</think> <answer>[[A]]</answer></answer>',
  '<THINK>a</THINK> <ANSWER>[[A]]</ANSWER>',
  '<think >a</think> <answer>[[A]]</answer>',
  '\ufeff<think>a</think>\u00a0<answer>\u3000[[A]]\u2003</answer>\u2028',
  '\u001c<think>a</think>\u0085<answer>\u001f[[A]]</answer>',
  '\u200b<think>a</think> <answer>[[A]]</answer>',
  '<think>a</think> <answer>[[Ａ]]</answer>',
  '<think>🤖 é</think> <answer>[[A]]</answer>',
  '',
  ' ',
];

const PIECES = [
  '<think>',
  '</think>',
  '<answer>',
  '</answer>',
  '[[A]]',
  '[[B]]',
  ' ',
  '\n',
  'x',
  '\u0085',
  '[[A]',
];

const OPEN_ANSWER = '[0.254, -0.197, 0.894]';

const OPEN_WRITTEN = [
  '[0.254, -0.197, 0.894]',
  '[0.255, -0.197, 0.894]',
  '[0.1, 0.1, 0.1]',
  '[ 0.3 ,-0.2,1 ]',
  '\u00a0[0.3,\u3000-0.2, 0.9]\ufeff',
  '[0.3, -0.2]',
  '[0.3, -0.2, 0.9, 0]',
  '[0.3, -0.2, 0.9] m',
  '[0.3, -0.2, +0.9]',
  '[.3, -.2, .9]',
  '[3e-1, -0.2, 0.9]',
  '[0.3, -0.2, NaN]',
  '[0.3, -0.2, Infinity]',
  '[٠.3, -0.2, 0.9]',
  '[-1000000, 0, 0]',
  '[1234567890, 0, 0]',
  '[[A]]',
  '',
];

/** Answers with a position, near and far from the right one, written in one way or another. */
function openCases(): Case[] {
  const random = seededRandom(8, 'open reward cases');
  const coordinate = () => (3 * random() - 1.5).toFixed(Math.floor(random() * 6));
  const spaced = () => ['', ' ', '\n'][Math.floor(random() * 3)];
  const positions = Array.from(
    { length: 200 },
    () => `[${[0, 1, 2].map(() => spaced() + coordinate() + spaced()).join(',')}]`,
  );
  const near = Array.from(
    { length: 200 },
    () => `[${[0.254, -0.197, 0.894].map((v) => (v + 0.6 * (random() - 0.5)).toFixed(3)).join(', ')}]`,
  );
  return [...OPEN_WRITTEN, ...positions, ...near].map((position, i) => ({
    response:
      i % 9 === 8
        ? `<answer>${position}</answer> <answer>${position}</answer>`
        : `<think>near the cup</think> <answer>${position}</answer>`,
    answer: OPEN_ANSWER,
  }));
}

/** Written answers and random strings of their pieces, half of them right but for a piece or two. */
function cases(): Case[] {
  const random = seededRandom(7, 'reward cases');
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)];
  const fuzzed = Array.from({ length: 400 }, (_, i) => {
    const pieces = i % 2 ? ['<think>', 'x', '</think>', ' ', '<answer>', '[[A]]', '</answer>'] : [];
    const edits = i % 2 ? 1 + Math.floor(random() * 2) : Math.floor(random() * 9);
    for (let e = 0; e < edits; e++) {
      const at = Math.floor(random() * (pieces.length + 1));
      pieces.splice(at, random() < 0.3 ? 1 : 0, pick(PIECES));
    }
    return pieces.join('');
  });
  const chosen = [...WRITTEN, ...fuzzed].map((response, i) => ({
    response,
    answer: i % 5 === 4 ? pick(LETTERS) : 'A',
  }));
  return [...chosen, ...openCases()];
}

test('reward.py and its cases are the committed ones', async () => {
  await expect(REWARD_PYTHON).toMatchFileSnapshot(fileURLToPath(new URL('reward.py', GOLDEN)));
  await expect(JSON.stringify(cases(), null, 1) + '\n').toMatchFileSnapshot(
    fileURLToPath(new URL('cases.json', GOLDEN)),
  );
});

test('Python gave every case the scores of the page', () => {
  const scores = JSON.parse(readFileSync(new URL('scores.json', GOLDEN), 'utf8')) as [
    number,
    number,
    number,
  ][];
  const weights = { format: 0.25, accuracy: 2 };
  const ours = cases().map(({ response, answer }) => {
    const position = readPosition(answer);
    const { format, accuracy, total } = position
      ? scoreOpenResponse(response, position, weights)
      : scoreResponse(response, answer as Letter, weights);
    return [format, accuracy, total];
  });
  expect(scores).toEqual(ours);
  for (const part of [0, 1]) {
    const won = ours.filter((score) => score[part] === 1).length;
    expect(won).toBeGreaterThan(20);
    expect(won).toBeLessThan(ours.length - 20);
  }
  expect(ours.filter(([, accuracy]) => accuracy > 0 && accuracy < 1).length).toBeGreaterThan(100);
});
