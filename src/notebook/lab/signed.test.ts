import { expect, test } from 'vitest';
import { signed } from './signed.ts';

test('the sign is written unless there is nothing to sign', () => {
  expect([1.234, -0.5, 0, -0, NaN].map(signed)).toEqual(['+1.23', '−0.5', '0', '0', '–']);
});
