import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openBundle } from '../demos/openBundle.ts';
import { makeQuestions } from './generate.ts';
import { findPreset } from './presets.ts';
import { OPTION_LETTERS, type Question } from './question.ts';

const FILE = new URL('../../public/demos/tabletop.zip', import.meta.url);

/** Of the options that share most numbers with the others, the right one's share. */
function mostShared({ options, answer }: Question): number {
  const numbers = options.map((option) => option.slice(1, -1).split(', '));
  const shared = numbers.map((own) =>
    numbers.reduce((sum, other) => sum + own.filter((number, axis) => number === other[axis]).length, 0),
  );
  const most = Math.max(...shared);
  const right = shared[OPTION_LETTERS.indexOf(answer)];
  return right === most ? 1 / shared.filter((n) => n === most).length : 0;
}

test('hard options do not give the right position away by the numbers that they share', async () => {
  const { demonstrations } = await openBundle(new Blob([readFileSync(FILE)]), 'tabletop.zip');
  const questions = makeQuestions(demonstrations, findPreset('hard').settings);
  const rule = (kind: Question['kind']) => {
    const asked = questions.filter((question) => question.kind === kind);
    expect(asked.length).toBeGreaterThan(300);
    return asked.reduce((sum, question) => sum + mostShared(question), 0) / asked.length;
  };
  // Guessing gives 0.25; where all others are hard negatives of the right one this rule finds 0.80 and 0.65.
  expect(rule('waypoint')).toBeLessThan(0.37);
  expect(rule('current_state')).toBeLessThan(0.33);
});
