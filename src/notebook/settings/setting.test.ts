import { expect, test } from 'vitest';
import { parseNumber, readPath, writePath, type NumberSetting } from './setting.ts';

const beta: NumberSetting = {
  type: 'number',
  path: 'loss.beta',
  label: 'beta',
  sentence: '',
  min: 0,
  max: 1,
};

test('writing a path copies what it changes and nothing else', () => {
  const config = { loss: { beta: 0, epsilon: 0.2 }, box: [[0, 1]], other: { kept: true } };
  const written = writePath(config, 'loss.beta', 0.1);
  expect(written.loss).toEqual({ beta: 0.1, epsilon: 0.2 });
  expect(config.loss.beta).toBe(0);
  expect(written.other).toBe(config.other);
  expect(writePath(config, 'box.0.1', 5).box).toEqual([[0, 5]]);
  expect(readPath(written, 'loss.beta')).toBe(0.1);
});

test('numbers are checked where they are typed', () => {
  expect(parseNumber(beta, ' 1e-1 ')).toBe(0.1);
  expect(() => parseNumber(beta, '3')).toThrow('beta 3 is not between 0 and 1');
  expect(() => parseNumber(beta, 'much')).toThrow('beta "much" is not a number');
  expect(() => parseNumber(beta, '')).toThrow('beta is empty');
  expect(parseNumber({ ...beta, nullable: true }, '')).toBeNull();
  expect(() => parseNumber({ ...beta, integer: true }, '0.5')).toThrow('beta 0.5 is not whole');
});
