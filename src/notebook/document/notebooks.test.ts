import { expect, test } from 'vitest';
import { memoryStore } from '../../runs/keyValue.ts';
import { DEFAULT_ASK_CONFIG } from '../cells/ask.svelte.ts';
import { DEFAULT_TRAIN_CONFIG } from '../trainConfig.ts';
import { FIRST_CELLS, type KeptNotebook } from './kept.ts';
import { openNotebooks } from './notebooks.ts';
import { NOTEBOOK_VERSION } from './notebookMigrations.ts';
import { checkNotebook } from './notebookSchema.ts';

const NOTEBOOK: KeptNotebook = {
  id: 'one',
  title: 'One',
  changed: '2026-01-02T03:04:05.000Z',
  cells: [
    ...FIRST_CELLS.map((cell) =>
      cell.kind === 'train' ? { ...cell, settings: DEFAULT_TRAIN_CONFIG } : cell,
    ),
    { id: 'train-2', kind: 'train', folded: true, results: { run: 'abc' } },
    { id: 'ask-2', kind: 'ask', folded: false, settings: DEFAULT_ASK_CONFIG },
  ],
};

const stored = (change: object = {}) =>
  structuredClone({ version: NOTEBOOK_VERSION, ...NOTEBOOK, ...change });

test('the last notebook is found as it was kept', async () => {
  const store = memoryStore();
  expect(await openNotebooks(store).last()).toBeNull();
  await openNotebooks(store).save(NOTEBOOK);
  const found = await openNotebooks(store).last();
  expect(JSON.parse(JSON.stringify(found))).toEqual(JSON.parse(JSON.stringify(NOTEBOOK)));
});

test('what is no notebook is refused by name', () => {
  const broken = (change: object) => () => checkNotebook(stored(change), 'mine.json');
  expect(() => checkNotebook('text', 'mine.json')).toThrow('mine.json is no record');
  expect(broken({ version: NOTEBOOK_VERSION + 1 })).toThrow('mine.json was written by a newer notebook');
  expect(broken({ title: 7 })).toThrow('mine.json: title:');
  expect(broken({ cells: [{ id: 'spell', kind: 'spell' }] })).toThrow('mine.json: cells.0.kind:');
  expect(broken({ cells: [{ id: 'ask', kind: 'train' }] })).toThrow('its id does not fit its kind');
  expect(broken({ cells: [FIRST_CELLS[0], FIRST_CELLS[0]] })).toThrow('two cells have the same id');
  const tooMany = { ...DEFAULT_ASK_CONFIG, count: 1e6 };
  expect(broken({ cells: [{ id: 'ask', kind: 'ask', settings: tooMany }] })).toThrow(
    'mine.json, cell ask, settings: count:',
  );
  const elsewhere = { run: '../elsewhere' };
  expect(broken({ cells: [{ id: 'train', kind: 'train', results: elsewhere }] })).toThrow(
    'mine.json, cell train, results: run:',
  );
});

test('values that nobody asked for are left behind', () => {
  const { cells } = checkNotebook(
    stored({ cells: [{ id: 'ask', kind: 'ask', settings: { ...DEFAULT_ASK_CONFIG, evil: 1 }, more: 2 }] }),
    'mine.json',
  );
  expect(cells[0]).toEqual({
    id: 'ask',
    kind: 'ask',
    folded: false,
    settings: DEFAULT_ASK_CONFIG,
    results: undefined,
  });
});

test('the list tells which runs a notebook holds', async () => {
  const notebooks = openNotebooks(memoryStore());
  await notebooks.save(NOTEBOOK);
  await notebooks.save({ ...NOTEBOOK, id: 'two', cells: FIRST_CELLS, changed: '2026-01-01T00:00:00.000Z' });
  expect((await notebooks.list()).map(({ id, runs }) => [id, runs])).toEqual([
    ['one', ['abc']],
    ['two', []],
  ]);
});
