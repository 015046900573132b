import { expect, test } from 'vitest';
import { Given } from '../given.svelte.ts';
import { Notebook, type LoadedModel } from '../notebook.svelte.ts';
import { Workshop } from '../workshop.svelte.ts';
import { ModelCell } from './model.svelte.ts';

const model = (name: string) => ({ name, ready: () => Promise.resolve() }) as unknown as LoadedModel;

const cellOf = (workshop: Workshop) =>
  new Notebook(
    workshop,
    { place: 'one/train', title: 'Train' },
    () => new Given(),
    () => [],
  );

test('a model that was not loaded here before is not loaded unasked, whoever wrote the notebook', async () => {
  const cell = new ModelCell(new Workshop());
  cell.choose({ source: 'https://elsewhere.example/model/' });
  await cell.loadUnasked();
  expect(cell.error).toMatch(/“https:\/\/elsewhere\.example\/model\/”, which was not loaded here before/);
  expect(cell.busy).toBe(false);
});

test('no model is loaded while a cell is at work with the one there is', async () => {
  const workshop = new Workshop();
  workshop.model = model('first');
  const cell = new ModelCell(workshop);
  await cellOf(workshop).useModel(new AbortController().signal, () => cell.load());
  expect(cell.error).toBe('Train is at work with the model: load another one when it is done');
  expect(cell.busy).toBe(false);
  expect(workshop.model.name).toBe('first');
});

test('a cell that waited while another model was loaded does not go on with it', async () => {
  const workshop = new Workshop();
  workshop.model = model('first');
  const { signal } = new AbortController();
  let loaded = () => {};
  const arrival = new Promise<void>((resolve) => (loaded = resolve));
  const loading = workshop.turns.take({ who: 'Model' }, signal, async () => {
    await arrival;
    workshop.model = model('second');
  });
  let begun = false;
  const work = cellOf(workshop).useModel(signal, () => Promise.resolve((begun = true)));
  loaded();
  await loading;
  await expect(work).rejects.toThrow('another model was loaded meanwhile: start again with that one');
  expect(begun).toBe(false);
  expect(workshop.turns.holder).toBeNull();
});
