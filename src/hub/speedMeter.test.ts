import { expect, test } from 'vitest';
import { SpeedMeter } from './speedMeter.ts';

test('nothing is said in the first second, then the time left at the speed of the last seconds', () => {
  const meter = new SpeedMeter();
  expect(meter.secondsFor(1000)).toBeNull();
  meter.record(0, 0);
  meter.record(500, 500);
  expect(meter.secondsFor(1000)).toBeNull();
  meter.record(1000, 1000);
  expect(meter.secondsFor(3000)).toBe(3);
  expect(meter.secondsFor(0)).toBe(0);
});

test('what was fast long ago does not count', () => {
  const meter = new SpeedMeter();
  for (let s = 0; s <= 5; s++) meter.record(s * 10_000, s * 1000);
  for (let s = 6; s <= 20; s++) meter.record(50_000 + (s - 5) * 100, s * 1000);
  expect(meter.secondsFor(1000)).toBeCloseTo(10, 6);
});

test('a connection that gives nothing has no time left to tell', () => {
  const meter = new SpeedMeter();
  for (let s = 0; s <= 30; s++) meter.record(5000, s * 1000);
  expect(meter.secondsFor(1000)).toBeNull();
});

test('a file that begins anew is measured anew', () => {
  const meter = new SpeedMeter();
  for (let s = 0; s <= 5; s++) meter.record(s * 10_000, s * 1000);
  meter.record(100, 6000);
  expect(meter.secondsFor(1000)).toBeNull();
  meter.record(1100, 8000);
  expect(meter.secondsFor(1000)).toBe(2);
});

test('many small pieces are measured as a few large ones', () => {
  const meter = new SpeedMeter();
  for (let ms = 0; ms <= 4000; ms += 5) meter.record(ms * 2, ms);
  expect(meter.secondsFor(4000)).toBeCloseTo(2, 1);
});
