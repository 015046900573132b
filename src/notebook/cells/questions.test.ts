import 'fake-indexeddb/auto';
import { expect, test, vi } from 'vitest';
import { DEFAULT_QUESTION_SETTINGS } from '../../questions/question.ts';
import { keptAt } from '../document/keptDemonstrations.ts';
import { NOTEBOOK_VERSION } from '../document/notebookMigrations.ts';
import { checkNotebook } from '../document/notebookSchema.ts';
import { Given } from '../given.svelte.ts';
import type { Notebook } from '../notebook.svelte.ts';
import { QuestionsCell, type QuestionsConfig } from './questions.svelte.ts';

vi.mock('../remoteQuestions.ts', () => ({
  readQuestionFile: async (file: File) => {
    const text = await file.text();
    if (text === 'broken') throw new Error(`${file.name}, line 1: is not JSON`);
    return { questions: [{ id: text, kind: 'waypoint' }], pictures: new Map() };
  },
}));

/** A notebook as a questions cell at this place sees it, with nothing above. */
function seenAt(place: string, isKeptHere = true): Notebook {
  const given = new Given();
  return Object.assign(given, { given, place, isKeptHere, bundle: null }) as unknown as Notebook;
}

const opened = (notebook: Notebook) => notebook.openedQuestions?.questions.map(({ id }) => id);

test('an opened file and the filters are there again after a reload', async () => {
  const cell = new QuestionsCell(seenAt('one/questions'));
  expect(cell.settings).toEqual({ settings: DEFAULT_QUESTION_SETTINGS });
  await cell.open(new File(['first'], 'mine.jsonl'));
  cell.choose({ kind: 'waypoint' });
  const { settings } = cell;
  expect(settings).toMatchObject({ opened: 'mine.jsonl', filter: { kind: 'waypoint', difficulty: '' } });

  const again = seenAt('one/questions');
  const reopened = new QuestionsCell(again, kept(settings));
  expect(reopened.fresh).toBe(false);
  expect(await reopened.runAll()).toBe(true);
  expect(opened(again)).toEqual(['first']);
  expect(again.openedQuestions?.name).toBe('mine.jsonl');
  expect(reopened.settings).toEqual(settings);
});

test('a file that is closed is kept no longer', async () => {
  const cell = new QuestionsCell(seenAt('two/questions'));
  await cell.open(new File(['first'], 'mine.jsonl'));
  cell.close();
  expect(cell.settings).toEqual({ settings: DEFAULT_QUESTION_SETTINGS });
  await vi.waitFor(async () => expect(await keptAt('two/questions')).toBeNull());
});

test('where the file is not kept the cell says so once, and stops a run of all cells', async () => {
  const settings = { settings: DEFAULT_QUESTION_SETTINGS, opened: 'theirs.jsonl' };
  const notebook = seenAt('three/questions');
  const cell = new QuestionsCell(notebook, settings);
  expect(await cell.runAll()).toBe(false);
  expect(cell.fileError).toMatch(/^theirs\.jsonl, the file of questions that was open here, is not kept/);
  expect(opened(notebook)).toBeUndefined();
  expect(cell.settings).toEqual({ settings: DEFAULT_QUESTION_SETTINGS });
});

test('a damaged file replaces nothing, and a tab that only looks on keeps nothing', async () => {
  const notebook = seenAt('four/questions');
  const cell = new QuestionsCell(notebook);
  await cell.open(new File(['first'], 'good.jsonl'));
  await cell.open(new File(['broken'], 'bad.jsonl'));
  expect(cell.fileError).toBe('bad.jsonl, line 1: is not JSON');
  expect(opened(notebook)).toEqual(['first']);
  expect(cell.settings.opened).toBe('good.jsonl');

  const onlooker = new QuestionsCell(seenAt('five/questions', false));
  await onlooker.open(new File(['first'], 'mine.jsonl'));
  expect(onlooker.settings.opened).toBeUndefined();
  expect(await keptAt('five/questions')).toBeNull();
});

test('a duplicate has the file too', async () => {
  const cell = new QuestionsCell(seenAt('six/questions'));
  await cell.open(new File(['first'], 'mine.jsonl'));
  const copy = seenAt('six/questions-2');
  await new QuestionsCell(copy, kept(cell.settings)).openCopyOf('six/questions');
  expect(opened(copy)).toEqual(['first']);
});

test.each([
  [{ filter: { kind: 'colour', task: '', demonstration: '', difficulty: '' } }, /filter\.kind/],
  [{ filter: { kind: '', task: 'x'.repeat(4001), demonstration: '', difficulty: '' } }, /filter\.task/],
  [{ opened: { name: 'x' } }, /opened/],
])('what is no filter and no name is refused: %j', (fields, wrong) => {
  const settings = { settings: DEFAULT_QUESTION_SETTINGS, ...fields } as QuestionsConfig;
  expect(() => kept(settings)).toThrow(wrong);
});

/** As a notebook keeps and reads them. */
function kept(settings: QuestionsConfig): QuestionsConfig {
  const cells = [{ id: 'questions', kind: 'questions', settings }];
  const changed = '2026-01-02T03:04:05.000Z';
  const notebook = { version: NOTEBOOK_VERSION, id: 'a', title: 'A', changed, cells };
  return checkNotebook(JSON.parse(JSON.stringify(notebook)), 'a').cells[0].settings as QuestionsConfig;
}
