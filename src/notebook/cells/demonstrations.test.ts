import { expect, test } from 'vitest';
import type { Bundle } from '../../demos/demonstration.ts';
import { Notebook } from '../notebook.svelte.ts';
import { Workshop } from '../workshop.svelte.ts';
import { DemonstrationsCell } from './demonstrations.svelte.ts';

function newCell() {
  const notebook: Notebook = new Notebook(
    new Workshop(),
    { place: 'one/demonstrations', title: 'Demonstrations' },
    () => notebook.given,
    () => [],
  );
  return { notebook, cell: new DemonstrationsCell(notebook) };
}

const bundleOf = (name: string) => ({ name, demonstrations: [] }) as unknown as Bundle;

test('what the reader opens before the page has begun is not taken away by what was open before', async () => {
  const { notebook, cell } = newCell();
  let arrive = () => {};
  const arrival = new Promise<void>((resolve) => (arrive = resolve));
  const opening = cell.openWith('Reading mine.zip', async () => {
    await arrival;
    return bundleOf('mine.zip');
  });
  await cell.reopen();
  expect(cell.progress?.label).toBe('Reading mine.zip');
  const all = cell.runAll();
  arrive();
  expect(await all).toBe(true);
  expect(await opening).toBe(true);
  await cell.reopen();
  expect(notebook.bundle?.name).toBe('mine.zip');
});
