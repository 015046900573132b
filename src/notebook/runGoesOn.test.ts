import { expect, test } from 'vitest';
import type { Bundle } from '../demos/demonstration.ts';
import { DEFAULT_QUESTION_SETTINGS } from '../questions/question.ts';
import type { RunSummary } from '../runs/run.ts';
import { DEFAULT_TRAIN_CONFIG, type TrainConfig } from './trainConfig.ts';
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
    config: DEFAULT_TRAIN_CONFIG.grpo,
    test_fraction: DEFAULT_TRAIN_CONFIG.test_fraction,
    questions: { file: null, edits: [], train: 3, held_out: 1, sha256: null },
    ...changes,
  }) as unknown as RunSummary;

const loaded: TrainConfig = { ...DEFAULT_TRAIN_CONFIG, data: 'loaded' };
const stale = (of: RunSummary, now: Shown, config = loaded, model: string | null = 'embedded') =>
  staleWords(of, now, config, model);

test('a run that follows from what is shown is not stale, and says in what it differs', () => {
  expect(stale(run(), shown)).toBe('');
  const seeded = { ...shown, questionSettings: { ...DEFAULT_QUESTION_SETTINGS, seed: 1 } };
  expect(stale(run(), seeded)).toContain('other settings');
  const other = { ...shown, bundle: { ...bundle, name: 'yours.zip' } };
  expect(stale(run(), other)).toContain('trained on mine.zip');
  expect(stale(run(), other, { ...loaded, data: 'tabletop' })).toBe('');
  const edited = { ...shown, questionEdits: new Map([['a', { dropped: true }]]) } as unknown as Shown;
  expect(stale(run(), edited)).toContain('other questions');
});

test('a run is stale once its cell is set otherwise, or another checkpoint is at hand', () => {
  expect(stale(run(), shown, loaded, 'other')).toContain('checkpoint embedded, not on other');
  expect(stale(run(), shown, loaded, null)).toBe('');
  const longer = { ...loaded, grpo: { ...loaded.grpo, num_generations: 4 } };
  expect(stale(run(), shown, longer)).toContain('trained with num_generations 8, not 4');
  expect(stale(run(), shown, { ...loaded, method: 'sft' })).toContain('trained with method grpo, not sft');
  const sft = DEFAULT_TRAIN_CONFIG.sft;
  expect(stale(run({ sft }), shown, { ...longer, method: 'sft' })).toBe('');
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
