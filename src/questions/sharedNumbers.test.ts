import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openBundle } from '../demos/openBundle.ts';
import { makeQuestions } from './generate.ts';
import { findPreset } from './presets.ts';
import type { Question } from './question.ts';
import { textRules } from './statistics.ts';

const FILE = new URL('../../public/demos/tabletop.zip', import.meta.url);

test('hard options do not give the right position away by the numbers that they share', async () => {
  const { demonstrations } = await openBundle(new Blob([readFileSync(FILE)]), 'tabletop.zip');
  const questions = makeQuestions(demonstrations, findPreset('hard').settings);
  const rule = (kind: Question['kind']) => {
    const results = textRules(questions.filter((question) => question.kind === kind));
    const { n, right } = results.find((result) => result.rule === 'most_shared')!;
    expect(n).toBeGreaterThan(300);
    return right / n;
  };
  // Guessing gives 0.25; where all others are hard negatives of the right one this rule finds 0.80 and 0.65.
  expect(rule('waypoint')).toBeLessThan(0.37);
  expect(rule('current_state')).toBeLessThan(0.33);
});
