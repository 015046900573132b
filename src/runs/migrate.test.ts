import { expect, test } from 'vitest';
import { migrate, RUN_VERSION } from './migrate.ts';

const MIGRATIONS = {
  1: ({ title, ...rest }: Record<string, unknown>) => ({ ...rest, name: title }),
  2: (record: Record<string, unknown>) => ({ ...record, seed: 0 }),
};

test('an old record passes through every version up to the present', () => {
  const old = { version: 1, title: 'a' };
  expect(migrate(old, MIGRATIONS, 3)).toEqual({ ok: true, record: { version: 3, name: 'a', seed: 0 } });
  expect(old).toEqual({ version: 1, title: 'a' });
});

test('a present record is left as it is', () => {
  expect(migrate({ version: RUN_VERSION, a: 1 })).toEqual({
    ok: true,
    record: { version: RUN_VERSION, a: 1 },
  });
});

test.each([
  [null, 'is no record'],
  [{}, 'has no version: it is no record'],
  [{ version: 1.5 }, 'has the version 1.5'],
  [{ version: 4 }, 'newer notebook (version 4)'],
])('refuses %j', (record, reason) => {
  const result = migrate(record, MIGRATIONS, 3);
  expect(result.ok ? '' : result.reason).toContain(reason);
});

test('a gap in the migrations is said, not jumped', () => {
  expect(migrate({ version: 1 }, {}, 2)).toEqual({
    ok: false,
    reason: 'has the version 1, which is no longer read',
  });
});
