import { expect, test } from 'vitest';
import { ExportCell } from '../cells/export.svelte.ts';
import { EvaluateCell } from '../evaluation/evaluate.svelte.ts';
import { Given } from '../given.svelte.ts';
import { Notebook, type LoadedModel } from '../notebook.svelte.ts';
import { Workshop } from '../workshop.svelte.ts';
import { WrongFields } from './wrongFields.svelte.ts';

function notebookBelow(questions: Given): Notebook {
  const workshop = new Workshop();
  workshop.model = {} as LoadedModel;
  const who = { place: 'one/export', title: 'Export' };
  return new Notebook(
    workshop,
    who,
    () => questions,
    () => [],
  );
}

test('a form is held up by the first wrong field until that is right, or gone', () => {
  const wrong = new WrongFields();
  expect(wrong.obstacle).toBe('');
  wrong.put('count', '0', 'demonstrations 0 is not between 1 and 200');
  wrong.put('seed', '1.5', 'seed 1.5 is not whole');
  expect(wrong.obstacle).toBe('Correct this first: demonstrations 0 is not between 1 and 200.');
  expect([wrong.textAt('seed'), wrong.errorAt('seed')]).toEqual(['1.5', 'seed 1.5 is not whole']);
  wrong.clear('count');
  expect(wrong.obstacle).toBe('Correct this first: seed 1.5 is not whole.');
  wrong.clear();
  expect([wrong.obstacle, wrong.textAt('seed')]).toEqual(['', undefined]);
});

test('export and evaluation are held up by their own fields and by those of the questions', () => {
  const given = new Given();
  const notebook = notebookBelow(given);
  const data = 'tabletop' as const;
  const ofExport = new ExportCell(notebook);
  ofExport.config = { ...ofExport.config, data };
  const evaluation = new EvaluateCell(notebook);
  evaluation.config = { ...evaluation.config, data };
  for (const cell of [ofExport, evaluation]) {
    expect(cell.obstacle).toBe('');
    given.wrong.put('frame_interval', '0', 'frame_interval 0 is not between 1 and 1000');
    expect(cell.obstacle).toMatch(/^Correct the settings of the questions first: frame_interval 0 is not/);
    cell.wrong.put('test_fraction', '2', 'test_fraction 2 is not between 0.01 and 0.9');
    expect(cell.obstacle).toBe('Correct this first: test_fraction 2 is not between 0.01 and 0.9.');
    cell.wrong.clear();
    given.wrong.clear();
  }
});
