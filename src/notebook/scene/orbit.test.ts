import { expect, test } from 'vitest';
import { directionOf, FRONT_VIEW, FRONT_POSITION } from '../../simulator/camera.ts';
import { between, byKey, eyeOf, KEY_TURN, orbitOf, turned, zoomed, type Orbit } from './orbit.ts';

const home: Orbit = { target: [0.2, 0, 1], azimuth: -1, elevation: 0.4, distance: 2 };

test('the eye stays at its distance from the target', () => {
  const eye = eyeOf({ ...home, azimuth: 0, elevation: 0 });
  expect(eye).toEqual([2.2, 0, 1]);
  const turn = eyeOf(turned(home, 1.3, 0.2));
  expect(Math.hypot(turn[0] - 0.2, turn[1], turn[2] - 1)).toBeCloseTo(2, 12);
});

test('one can neither dive under the table nor turn over the zenith nor get lost', () => {
  expect(turned(home, 0, -9).elevation).toBeGreaterThan(0);
  expect(turned(home, 0, 9).elevation).toBeLessThan(Math.PI / 2);
  expect(zoomed(home, 1e6, home).distance).toBeCloseTo(0.4, 12);
  expect(zoomed(home, 1e-6, home).distance).toBeCloseTo(10, 12);
});

test("the front camera's view is an orbit", () => {
  const orbit = orbitOf(FRONT_POSITION, directionOf(FRONT_VIEW), [0.2, 0.1, 0.9]);
  eyeOf(orbit).forEach((x, k) => expect(x).toBeCloseTo(FRONT_POSITION[k], 12));
  expect(orbit.azimuth).toBeCloseTo(0, 12);
  expect(orbit.elevation).toBeCloseTo((25 * Math.PI) / 180, 12);
});

test('from one view to another the short way round', () => {
  const far = { ...home, azimuth: 3 };
  const other = { ...home, azimuth: -3 };
  expect(between(far, other, 1).azimuth).toBeCloseTo(2 * Math.PI - 3, 12);
  expect(between(far, other, 0.5).azimuth).toBeCloseTo(Math.PI, 12);
  expect(between(home, { ...home, distance: 4 }, 0.25).distance).toBe(2.5);
});

test('keys turn, zoom and lead home; others mean nothing', () => {
  expect(byKey('ArrowRight', home, home)?.azimuth).toBeCloseTo(home.azimuth + KEY_TURN, 12);
  expect(byKey('ArrowUp', home, home)!.elevation).toBeGreaterThan(home.elevation);
  expect(byKey('+', home, home)!.distance).toBeLessThan(home.distance);
  expect(byKey('-', home, home)!.distance).toBeGreaterThan(home.distance);
  expect(byKey('Home', turned(home, 2, 0), home)).toEqual(home);
  expect(byKey('a', home, home)).toBeNull();
});
