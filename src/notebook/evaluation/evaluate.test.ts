import { expect, test } from 'vitest';
import type { Edits } from '../../questions/edits.ts';
import { DEFAULT_QUESTION_SETTINGS } from '../../questions/question.ts';
import { NOTEBOOK_VERSION } from '../document/notebookMigrations.ts';
import { checkNotebook } from '../document/notebookSchema.ts';
import type { Notebook } from '../notebook.svelte.ts';
import { DEFAULT_EVALUATE_CONFIG, EvaluateCell } from './evaluate.svelte.ts';

/** With so many edits of questions, each of 1,000 characters. */
const edited = (count: number) =>
  ({
    model: { name: 'embedded' },
    bundle: { name: 'mine.zip', demonstrations: [] },
    openedQuestions: null,
    questionEdits: new Map(
      Array.from({ length: count }, (_, i) => [`q${i}`, { prompt: 'x'.repeat(1000) }]),
    ) as unknown as Edits,
    questionSettings: DEFAULT_QUESTION_SETTINGS,
    trainings: [],
  }) as unknown as Notebook;

async function results(notebook: Notebook) {
  const cell = new EvaluateCell(notebook, { ...DEFAULT_EVALUATE_CONFIG, data: 'loaded' });
  const run = cell.run();
  const { results } = cell;
  cell.cancel();
  await run;
  return results;
}

test('a notebook with many edited questions is read again with its results', async () => {
  const found = await results(edited(100));
  expect(found.madeFrom).not.toBe('');
  const kept = {
    version: NOTEBOOK_VERSION,
    id: 'one',
    title: 'One',
    changed: '2026-01-02T03:04:05.000Z',
    cells: [{ id: 'evaluate', kind: 'evaluate', results: found }],
  };
  expect(checkNotebook(kept, 'one').cells[0].results).toEqual(found);
  expect((await results(edited(100))).madeFrom).toBe(found.madeFrom);
  expect((await results(edited(99))).madeFrom).not.toBe(found.madeFrom);
});
