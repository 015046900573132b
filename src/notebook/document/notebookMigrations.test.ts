import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { memoryStore } from '../../runs/keyValue.ts';
import { openRuns } from '../../runs/runs.ts';
import { DEFAULT_TRAIN_CONFIG } from '../trainConfig.ts';
import { FIRST_CELLS, type KeptNotebook } from './kept.ts';
import { readNotebookFile } from './notebookFile.ts';
import { NOTEBOOK_VERSION } from './notebookMigrations.ts';
import { openNotebooks } from './notebooks.ts';
import { checkNotebook } from './notebookSchema.ts';

const runs = openRuns(memoryStore());
const written = async () =>
  readFile(new URL('../../../test/fixtures/notebook_v1.json', import.meta.url), 'utf8');

test('a file of version 1 opens as it was meant', async () => {
  const { title, cells } = await readNotebookFile(new File([await written()], 'old.json'), runs);
  expect(title).toBe('Kept by version 1');
  const settings = new Map(cells.map((cell) => [cell.id, cell.settings]));
  expect(settings.get('text')).toEqual({ markdown: 'Written in **version 1**.' });
  expect(settings.get('demonstrations')).toEqual({ source: 'kept' });
  expect(settings.get('demonstrations-2')).toEqual({ source: 'sample' });
  expect(settings.get('train')).toEqual({
    ...DEFAULT_TRAIN_CONFIG,
    grpo: { ...DEFAULT_TRAIN_CONFIG.grpo, max_steps: 7 },
  });
  expect(settings.get('train-2')).toMatchObject({
    method: 'sft',
    sft: { per_device_train_batch_size: 4, response: 'reasoned' },
  });
});

test('a notebook that a browser kept in version 1 opens, and is kept in the present version', async () => {
  const store = memoryStore();
  await store.setMany([
    ['notebook/old', { ...(JSON.parse(await written()) as object), id: 'old' }],
    ['last', 'old'],
  ]);
  const notebooks = openNotebooks(store);
  const old = (await notebooks.last())!;
  expect(old.cells.find(({ id }) => id === 'demonstrations')!.settings).toEqual({ source: 'kept' });
  await notebooks.save(old);
  expect(await store.get('notebook/old')).toMatchObject({ version: NOTEBOOK_VERSION });
  const again = await notebooks.load('old');
  expect(JSON.parse(JSON.stringify(again))).toEqual(JSON.parse(JSON.stringify(old)));
});

test('a newer notebook is refused and stays whole, whatever is kept after it', async () => {
  const store = memoryStore();
  const newer = { version: NOTEBOOK_VERSION + 1, id: 'newer', title: 'Newer', cells: 'of another form' };
  await store.setMany([
    ['notebook/newer', newer],
    ['last', 'newer'],
  ]);
  const notebooks = openNotebooks(store);
  await expect(notebooks.last()).rejects.toThrow(
    `was written by a newer notebook (version ${NOTEBOOK_VERSION + 1})`,
  );
  const other: KeptNotebook = {
    id: 'other',
    title: 'Other',
    changed: '2026-01-02T03:04:05.000Z',
    cells: FIRST_CELLS,
  };
  await notebooks.save(other);
  expect(await store.get('notebook/newer')).toEqual(newer);
  expect((await notebooks.list()).map(({ id }) => id)).toEqual(['other']);
  expect((await notebooks.ids()).sort()).toEqual(['newer', 'other']);
});

test.each([
  [{ cells: null }],
  [{ cells: [null, 7, [], { kind: 'train' }, { kind: 'train', settings: [] }] }],
  [{ cells: [{ id: 'train', kind: 'constructor', settings: { source: 'files' } }] }],
])('what is broken in version 1 is refused, not mended: %j', (fields) => {
  const old = { version: 1, id: 'a', title: 'a', changed: '2026-01-02T03:04:05.000Z', ...fields };
  expect(() => checkNotebook(old, 'old.json')).toThrow(/^old\.json: cells/);
});

test('of version 3 everything is as it was: what it lacks is what nobody had chosen', () => {
  const results = { run: 'a-run' };
  const cells = [{ id: 'train', kind: 'train', folded: true, results }];
  const old = { version: 3, id: 'old', title: 'Old', changed: '2026-01-02T03:04:05.000Z', cells };
  expect(checkNotebook(old, 'old').cells).toMatchObject(cells);
});

test('a lab of version 2, of which nothing was kept, opens as a new one', () => {
  const cells = [{ id: 'lab', kind: 'lab', folded: false, settings: {}, results: null }];
  const old = { version: 2, id: 'old', title: 'Old', changed: '2026-01-02T03:04:05.000Z', cells };
  expect(checkNotebook(old, 'old').cells).toEqual([
    { id: 'lab', kind: 'lab', folded: false, settings: undefined, results: undefined },
  ]);
});
