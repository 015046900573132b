import { expect, test } from 'vitest';
import type { Bundle } from '../demos/demonstration.ts';
import { DEFAULT_QUESTION_SETTINGS } from '../questions/question.ts';
import type { RunSummary } from '../runs/run.ts';
import { checkBundle, sourceOf, staleWords, type Shown } from './runGoesOn.ts';

const bundle = { name: 'mine.zip', demonstrations: [] as unknown[] } as Bundle;
const shown: Shown = {
  bundle,
  questionSettings: DEFAULT_QUESTION_SETTINGS,
  questionEdits: new Map(),
  openedQuestions: null,
};
const run = (changes: object = {}) =>
  ({
    name: 'first',
    checkpoint: 'embedded',
    bundle: { name: 'mine.zip', sha256: null },
    question_settings: DEFAULT_QUESTION_SETTINGS,
    questions: { file: null, edits: [], train: 3, held_out: 1, sha256: null },
    ...changes,
  }) as unknown as RunSummary;

test('a run that follows from what is shown is not stale, and says in what it differs', () => {
  expect(staleWords(run(), shown, true)).toBe('');
  expect(
    staleWords(run(), { ...shown, questionSettings: { ...DEFAULT_QUESTION_SETTINGS, seed: 1 } }, true),
  ).toContain('other settings');
  const other = { ...shown, bundle: { ...bundle, name: 'yours.zip' } };
  expect(staleWords(run(), other, true)).toContain('trained on mine.zip');
  expect(staleWords(run(), other, false)).toBe('');
  const edited = { ...shown, questionEdits: new Map([['a', { dropped: true }]]) } as unknown as Shown;
  expect(staleWords(run(), edited, true)).toContain('other questions');
});

test('another checkpoint is named', async () => {
  await expect(checkBundle(run(), 'other', bundle)).rejects.toThrow('trains embedded, not other');
});

test('a run keeps the edits it began with, and wants its file', () => {
  const edits = [['a', { dropped: true }]];
  const kept = run({ questions: { ...run().questions, edits } });
  expect([...sourceOf(kept, bundle, shown).edits]).toEqual(edits);
  const filed = run({ questions: { ...run().questions, file: 'q.jsonl' } });
  expect(() => sourceOf(filed, bundle, shown)).toThrow('asks the questions of q.jsonl: open that file');
});
