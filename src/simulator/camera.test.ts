import { expect, test } from 'vitest';
import { project } from '../demos/camera.ts';
import type { Vec3 } from '../demos/demonstration.ts';
import { frontCamera } from './camera.ts';

const CENTRE: Vec3 = [0.25, 0, 0.752];

function pixel(size: number, ...shift: Vec3) {
  const point = CENTRE.map((x, i) => x + shift[i]) as Vec3;
  const { u, v } = project(frontCamera(size), point, 0)!;
  return [u, v].map((x) => Math.round(x * 10) / 10);
}

test('points of the table appear where they do in real RLBench pictures of 128 pixels', () => {
  expect(pixel(128, 0, 0, 0)).toEqual([64, 101.3]);
  expect(pixel(128, 0.2, 0, 0)[1]).toBe(119.8);
  expect(pixel(128, 0, 0.2, 0)[0]).toBe(90.1);
  expect(pixel(128, 0, 0, 0.2)[1]).toBe(78.5);
});

test('the focal length has RLBench sign and size', () => {
  expect(frontCamera(224).intrinsics![0]).toBeCloseTo(-307.7176, 3);
  expect(frontCamera(128).intrinsics![4]).toBeCloseTo(-175.8386, 3);
});

test('the extrinsics are a rigid motion', () => {
  const e = frontCamera(224).extrinsics!;
  const columns = [0, 1, 2].map((c) => [e[c], e[4 + c], e[8 + c]]);
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  columns.forEach((a, i) => columns.forEach((b, j) => expect(dot(a, b)).toBeCloseTo(i === j ? 1 : 0, 12)));
});
