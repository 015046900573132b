import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fakeLocks } from '../testing/fakeLocks.ts';
import { isAlike, Tenancy } from './tenancy.svelte.ts';

beforeEach(() => void vi.stubGlobal('navigator', { locks: fakeLocks() }));
afterEach(() => void vi.unstubAllGlobals());

const never = () => Promise.reject<boolean>(new Error('nobody left'));
const settled = () => new Promise((resolve) => setTimeout(resolve));

test('the first tab keeps a notebook; the second waits until it is left, and sees whether it is the same', async () => {
  const [first, second] = [new Tenancy(), new Tenancy()];
  await first.enter('a', never);
  let alike = false;
  await second.enter('a', () => Promise.resolve(alike));
  expect([first.state, second.state]).toEqual(['ours', 'elsewhere']);

  await first.enter('b', never);
  await settled();
  expect([first.state, second.state]).toEqual(['ours', 'left']);
  await second.enter('a', never);
  expect(second.state).toBe('ours');

  alike = true;
  await first.enter('a', () => Promise.resolve(alike));
  expect(first.state).toBe('elsewhere');
  await second.enter('b', never);
  await settled();
  expect([first.state, second.state]).toEqual(['ours', 'ours']);
});

test('a tab that turns to another notebook waits for the one before no longer', async () => {
  const [first, second, third] = [new Tenancy(), new Tenancy(), new Tenancy()];
  await first.enter('a', never);
  await second.enter('a', never);
  await second.enter('b', never);
  await first.enter('c', never);
  await settled();
  await third.enter('a', never);
  expect([first.state, second.state, third.state]).toEqual(['ours', 'ours', 'ours']);
});

test('notebooks are alike by their title and cells, whenever they were changed', () => {
  const one = { id: 'a', title: 'Mine', changed: '2026-01-01', cells: [] };
  const later = { ...one, changed: '2026-02-02' };
  expect(isAlike(one, later)).toBe(true);
  expect(isAlike(one, { ...one, title: 'Yours' })).toBe(false);
});
