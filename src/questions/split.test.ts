import { expect, test } from 'vitest';
import { splitDemonstrations } from './split.ts';

const demos = (task: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `${task}/${i}`, task }));
const ids = (list: { id: string }[]) => list.map((d) => d.id);

test('every demonstration stands on exactly one side, each task by its share', () => {
  const all = [...demos('push', 10), ...demos('cup', 20)];
  const { train, test: held } = splitDemonstrations(all, 0.3, 1);
  expect([...ids(train), ...ids(held)].sort()).toEqual(ids(all).sort());
  expect(held.filter((d) => d.task === 'push')).toHaveLength(3);
  expect(held.filter((d) => d.task === 'cup')).toHaveLength(6);
});

test('the seed decides, and the other tasks of the bundle do not', () => {
  const held = (seed: number, all = demos('push', 12)) =>
    ids(splitDemonstrations(all, 0.5, seed).test).filter((id) => id.startsWith('push'));
  expect(held(1)).toEqual(held(1));
  expect(held(1)).not.toEqual(held(2));
  expect(held(1, [...demos('cup', 3), ...demos('push', 12)])).toEqual(held(1));
});

test('two demonstrations stand on both sides however small or large the share; one stays with training', () => {
  for (const share of [0.01, 0.99]) {
    const { train, test: held } = splitDemonstrations(demos('push', 2), share, 0);
    expect([train.length, held.length]).toEqual([1, 1]);
  }
  expect(splitDemonstrations(demos('push', 1), 0.5, 0).test).toEqual([]);
  expect(splitDemonstrations(demos('push', 5), 0, 0).test).toEqual([]);
});

test('a share outside [0, 1) is refused', () => {
  expect(() => splitDemonstrations(demos('push', 2), 1, 0)).toThrow('test fraction 1 is not in [0, 1)');
  expect(() => splitDemonstrations(demos('push', 2), NaN, 0)).toThrow('test fraction NaN');
});
