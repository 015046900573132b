import { expect, test } from 'vitest';
import { bytes, count, cutWords, metric, percent, progressWords, seconds } from './words.ts';

test('sizes, counts, times and shares read as people write them', () => {
  expect([bytes(12), bytes(52_300), bytes(7_940_000), bytes(2.5e9)]).toEqual([
    '12 B',
    '52 KB',
    '7.9 MB',
    '2.50 GB',
  ]);
  expect([count(1, 'frame'), count(2500, 'frame')]).toEqual(['1 frame', '2,500 frames']);
  expect([seconds(3.21), seconds(42.4), seconds(600)]).toEqual(['3.2 s', '42 s', '10 min']);
  expect([percent(0.016), percent(0.5), percent(1), percent(1e-9)]).toEqual([
    '1.6 %',
    '50 %',
    '100 %',
    '0 %',
  ]);
  expect([metric(0.12345), metric(2e-7), metric(NaN), metric(0)]).toEqual(['0.123', '2.0e-7', '–', '0']);
  expect(progressWords({ label: '', done: 3, total: 8 })).toBe('3 of 8');
  expect(progressWords({ label: '', done: 3e6, total: null, unit: 'bytes' })).toBe('3.0 MB');
});

test('what was cut is said to be left out where it is', () => {
  expect(cutWords(false)).toBe('cut at the length limit');
  expect(cutWords(true)).toBe('cut at the length limit, so left out of the loss');
});
