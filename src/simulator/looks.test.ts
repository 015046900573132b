import { expect, test } from 'vitest';
import { project } from '../demos/camera.ts';
import { directionOf, frontCamera } from './camera.ts';
import { looksOf, PLAIN_LOOKS } from './looks.ts';

const ALL = { camera: true, light: true, colours: true };

test('without variety every seed looks the same', () => {
  expect(looksOf(undefined, 'push_button', 3)).toEqual(PLAIN_LOOKS);
  expect(looksOf({ camera: false }, 'push_button', 3)).toEqual(PLAIN_LOOKS);
});

test('a seed always looks the same, another seed or task differently', () => {
  const looks = looksOf(ALL, 'push_button', 3);
  expect(looksOf(ALL, 'push_button', 3)).toEqual(looks);
  for (const other of [looksOf(ALL, 'push_button', 4), looksOf(ALL, 'pick_up_cup', 3)]) {
    expect(other.view).not.toEqual(looks.view);
    expect(other.light).not.toEqual(looks.light);
    expect(other.tints).not.toEqual(looks.tints);
  }
});

test('each kind of variety is on its own', () => {
  const all = looksOf(ALL, 'push_button', 3);
  expect(looksOf({ light: true }, 'push_button', 3)).toEqual({ ...PLAIN_LOOKS, light: all.light });
  expect(looksOf({ camera: true }, 'push_button', 3)).toEqual({ ...PLAIN_LOOKS, view: all.view });
});

test('the camera keeps the table in its picture, and its calibration follows it', () => {
  for (let seed = 0; seed < 50; seed++) {
    const { view } = looksOf(ALL, 'push_button', seed);
    const camera = frontCamera(224, view);
    const ahead = directionOf(view);
    const axis = project(
      camera,
      [0, 1, 2].map((k) => view.position[k] + ahead[k]) as [number, number, number],
      0,
    )!;
    expect(axis.u).toBeCloseTo(112, 9);
    expect(axis.v).toBeCloseTo(112, 9);
    const middle = project(camera, [0.25, 0, 0.752], 0)!;
    expect(Math.abs(middle.u - 112)).toBeLessThan(25);
    expect(Math.abs(middle.v - 177)).toBeLessThan(30);
    expect(project(camera, [0.25, 0.1, 0.752], 0)!.u).toBeGreaterThan(middle.u);
    expect(project(camera, [0.25, 0, 0.852], 0)!.v).toBeLessThan(middle.v);
  }
});
