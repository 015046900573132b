import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { seededRandom } from '../../demos/random.ts';
import { DEFAULT_ASK_CONFIG } from '../cells/ask.svelte.ts';
import type { KeptCell } from './kept.ts';
import { holdsNotebook, notebookLink, readNotebookLink } from './notebookLink.ts';
import { NOTEBOOK_VERSION } from './notebookMigrations.ts';

const CELLS: KeptCell[] = [
  { id: 'text', kind: 'text', folded: false, settings: { markdown: 'Grüße, $x^2$ <script>' } },
  { id: 'ask', kind: 'ask', folded: true, settings: { ...DEFAULT_ASK_CONFIG, count: 5 } },
  { id: 'train', kind: 'train', folded: false, results: { run: 'mine' } },
];
const hashOf = (text: string | Buffer) => `#notebook=${deflateRawSync(text).toString('base64url')}`;

test('cells and settings travel in the address, results do not', async () => {
  const link = await notebookLink({ title: 'A title', cells: CELLS }, 'https://a.b/c/?device=wasm#ask');
  expect(link).toMatch(/^https:\/\/a\.b\/c\/#notebook=[\w-]+$/);
  const { hash } = new URL(link);
  expect(holdsNotebook(hash)).toBe(true);
  const read = await readNotebookLink(hash);
  expect(read.title).toBe('A title');
  expect(read.cells.map(({ id, folded }) => [id, folded])).toEqual([
    ['text', false],
    ['ask', true],
    ['train', false],
  ]);
  expect(read.cells[0].settings).toEqual(CELLS[0].settings);
  expect(read.cells[1].settings).toEqual(CELLS[1].settings);
  expect(read.cells[2].results).toBeUndefined();
});

test('a link is hostile until checked', async () => {
  expect(holdsNotebook('#train')).toBe(false);
  await expect(readNotebookLink('#notebook=%%%')).rejects.toThrow('the link is damaged');
  await expect(readNotebookLink(hashOf('no JSON'))).rejects.toThrow('the link is damaged');
  await expect(readNotebookLink(hashOf('null'))).rejects.toThrow('the link is no record');
  await expect(readNotebookLink(`#notebook=${'A'.repeat(40_000)}`)).rejects.toThrow('the link is too long');
  await expect(readNotebookLink(hashOf(' '.repeat(2_000_000)))).rejects.toThrow(
    'unpacks to more than 500000 bytes',
  );
  const greedy = { ...DEFAULT_ASK_CONFIG, count: 1e9 };
  const cells = [{ id: 'ask', kind: 'ask', settings: greedy }];
  const bad = JSON.stringify({ version: NOTEBOOK_VERSION, title: 'x', cells });
  await expect(readNotebookLink(hashOf(bad))).rejects.toThrow('the link, cell ask, settings: count:');
  const proto = `{"version":1,"title":"x","cells":[],"__proto__":{"polluted":1}}`;
  await readNotebookLink(hashOf(proto));
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test('a notebook too long for an address says so', async () => {
  const random = seededRandom('long');
  const noise = () =>
    Array.from({ length: 19_000 }, () => String.fromCharCode(33 + Math.floor(90 * random()))).join('');
  const cells = [1, 2, 3].map((number): KeptCell => ({
    id: number === 1 ? 'text' : `text-${number}`,
    kind: 'text',
    folded: false,
    settings: { markdown: noise() },
  }));
  await expect(notebookLink({ title: 'long', cells }, 'https://a.b/')).rejects.toThrow('send it as a file');
});
