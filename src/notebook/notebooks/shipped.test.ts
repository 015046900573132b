import { expect, test } from 'vitest';
import type { KeptCell } from '../document/kept.ts';
import { SHIPPED } from './catalogue.ts';
import { parseNotebook } from './notebookText.ts';
import { shippedNotebook } from './shipped.ts';

/** Targets of the Markdown links in text cells. */
function linksIn(cells: KeptCell[]): string[] {
  const texts = cells.flatMap(({ kind, settings }) =>
    kind === 'text' ? [(settings as { markdown: string }).markdown] : [],
  );
  return texts.flatMap((text) => [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target));
}

test.each(SHIPPED)('$title is a sound notebook', async ({ slug, title }) => {
  const notebook = await shippedNotebook(slug);
  expect(notebook.title).toBe(title);
  expect(notebook.cells[0].kind).toBe('text');
  expect(notebook.cells.filter(({ kind }) => kind !== 'text').length).toBeGreaterThan(2);
  const ids = new Set(notebook.cells.map(({ id }) => id));
  for (const target of linksIn(notebook.cells)) {
    if (target.startsWith('#')) expect(ids).toContain(target.slice(1));
    if (target.startsWith('?open=')) expect(SHIPPED.map((one) => one.slug)).toContain(target.slice(6));
  }
});

test('a block sets what it names and leaves the rest as it comes', () => {
  const { title, cells } = parseNotebook(
    '# Mine\n\nHello\n\n```cell train folded\n{ "grpo": { "max_steps": 3 } }\n```\n\n```cell train\n```\n',
  );
  expect(title).toBe('Mine');
  expect(cells.map(({ id, folded }) => [id, folded])).toEqual([
    ['text', false],
    ['train', true],
    ['train-2', false],
  ]);
  expect(cells[1].settings).toMatchObject({ method: 'grpo', grpo: { max_steps: 3, num_generations: 8 } });
  expect(cells[2].settings).toMatchObject({ grpo: { max_steps: 40 } });
  expect(() => parseNotebook('no title')).toThrow('begins with');
  expect(() => parseNotebook('# T\n```cell spell\n```\n')).toThrow('"spell" is no kind of cell');
  expect(() => parseNotebook('# T\n```cell ask\n{\n```\n')).toThrow('settings of a cell ask are no JSON');
});

test('another name is refused, with what to do', async () => {
  await expect(shippedNotebook('../secret')).rejects.toThrow('choose one under Notebooks');
  await expect(shippedNotebook('toString')).rejects.toThrow('choose one under Notebooks');
});
