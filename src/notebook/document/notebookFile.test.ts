import { BlobWriter, configure, TextReader, ZipWriter } from '@zip.js/zip.js';
import { expect, test } from 'vitest';
import { memoryStore } from '../../runs/keyValue.ts';
import { openRuns } from '../../runs/runs.ts';
import { DEFAULT_QUESTION_SETTINGS } from '../../questions/question.ts';
import { DEFAULT_GRPO_CONFIG } from '../../training/grpoConfig.ts';
import type { KeptNotebook } from './kept.ts';
import { notebookJson, notebookZip, readNotebookFile } from './notebookFile.ts';

const here = () => openRuns(memoryStore());
const nowhere = {
  list: () => Promise.resolve({ runs: [], unreadable: [] }),
  curves: () => Promise.reject(new Error('no')),
  importZip: () => Promise.reject(new Error('no')),
};

const notebook = (run: string | null): KeptNotebook => ({
  id: 'one',
  title: 'One',
  changed: '2026-01-02T03:04:05.000Z',
  cells: [
    { id: 'text', kind: 'text', folded: false, settings: { markdown: 'Hello' } },
    { id: 'train', kind: 'train', folded: false, results: { run } },
    { id: 'traces', kind: 'traces', folded: true, results: { run } },
  ],
});

const laidOver = (run: string, other: string): KeptNotebook => {
  const made = notebook(run);
  const [text, train, traces] = made.cells;
  const results = { run, dashboard: { more: ['zeta'], overlays: [other] } };
  return { ...made, cells: [text, { ...train, results }, traces] };
};

async function aRun(runs: ReturnType<typeof here>) {
  return runs.create({
    name: 'a run',
    checkpoint: 'embedded',
    bundle: { name: 'tabletop.zip', sha256: null },
    question_settings: DEFAULT_QUESTION_SETTINGS,
    test_fraction: 0.25,
    config: DEFAULT_GRPO_CONFIG,
  });
}

test('JSON opens as it was', async () => {
  const file = new File([await notebookJson(notebook(null), nowhere)], 'one.json');
  const read = await readNotebookFile(file, nowhere);
  expect(read.title).toBe('One');
  expect(read.cells.map(({ id }) => id)).toEqual(['text', 'train', 'traces']);
  expect(read.cells[0].settings).toEqual({ markdown: 'Hello' });
});

test('a zip carries its runs to another browser, once', async () => {
  const runs = here();
  const { id } = await aRun(runs);
  await aRun(runs);
  const file = new File([await notebookZip(notebook(id), runs, () => undefined)], 'one.zip');
  const there = here();
  const read = await readNotebookFile(file, there);
  expect((await there.list()).runs.map((run) => run.id)).toEqual([id]);
  expect(read.cells[1].results).toEqual({ run: id });
  await readNotebookFile(file, there);
  expect((await there.list()).runs).toHaveLength(1);
});

test('a zip carries runs that are laid over another too, and knows them by what they are called there', async () => {
  const runs = here();
  const { id } = await aRun(runs);
  const other = await aRun(runs);
  const file = new File([await notebookZip(laidOver(id, other.id), runs, () => undefined)], 'one.zip');
  const there = here();
  const read = await readNotebookFile(file, {
    list: () => Promise.resolve({ runs: [], unreadable: [] }),
    importZip: async (zip, name) => ({
      ...(await there.importZip(zip, name)),
      id: `new-${name.slice(14, 18)}`,
    }),
  });
  expect(read.cells[1].results).toEqual({
    run: `new-${id.slice(0, 4)}`,
    dashboard: { more: ['zeta'], overlays: [`new-${other.id.slice(0, 4)}`] },
  });
});

test('what is no notebook is refused, by the name of its file', async () => {
  const read = (text: string, name: string) => readNotebookFile(new File([text], name), nowhere);
  await expect(read('not JSON', 'a.json')).rejects.toThrow('a.json is no notebook');
  await expect(read('{"version":99}', 'a.json')).rejects.toThrow('a.json was written by a newer notebook');
  await expect(read('PK\u0003\u0004 but damaged', 'a.zip')).rejects.toThrow(
    'a.zip: is not a zip that can be read',
  );
});

test('a zip with more files than a notebook has is refused before anything is unpacked', async () => {
  configure({ useWebWorkers: false });
  const zip = new ZipWriter(new BlobWriter());
  await zip.add('notebook.json', new TextReader(await (await notebookJson(notebook(null), nowhere)).text()));
  for (let i = 0; i < 101; i++) await zip.add(`runs/${i}.zip`, new TextReader(''));
  const file = new File([await zip.close()], 'many.zip');
  await expect(readNotebookFile(file, nowhere)).rejects.toThrow('many.zip: holds more than 101 files');
});
