import { expect, test } from 'vitest';
import { isShown } from './formDownload.svelte.ts';

const row = { id: 'a/episode0/10/waypoint/open', kind: 'waypoint', task: 'a', demonstration: 'a/episode0' };
const all = { kind: '', task: '', demonstration: '' } as const;

test('a row is shown with its question, and dropped with it', () => {
  expect(isShown(row, all, new Map())).toBe(true);
  expect(isShown(row, { ...all, kind: 'current_state' }, new Map())).toBe(false);
  expect(isShown(row, { ...all, demonstration: 'a/episode1' }, new Map())).toBe(false);
  expect(isShown(row, all, new Map([['a/episode0/10/waypoint', { dropped: true }]]))).toBe(false);
  expect(isShown(row, all, new Map([['a/episode0/10/current_state', { dropped: true }]]))).toBe(true);
});
