import { expect, test } from 'vitest';
import { zeroVarianceReason } from './zeroVariance.ts';

test.each([
  [1, 1, 'right and well formed'],
  [1, 0, 'well formed and wrong'],
  [0, 0, 'malformed and wrong'],
  [0, 1, 'right letter in a broken format'],
] as const)('all with format %d and accuracy %d', (format, accuracy, reason) => {
  expect(zeroVarianceReason(Array.from({ length: 3 }, () => ({ format, accuracy })))).toContain(reason);
});

test('equal sums of different parts', () => {
  const mixed = [
    { format: 1, accuracy: 0 },
    { format: 0, accuracy: 1 },
  ] as const;
  expect(zeroVarianceReason([...mixed])).toContain('parts differ');
});
