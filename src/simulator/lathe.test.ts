import { expect, test } from 'vitest';
import { latheMesh, rounded } from './lathe.ts';

test('a mesh is closed: every edge is walked once in each direction', () => {
  const mesh = latheMesh('drum', rounded([[0, -1], [1, -1], [1, 1], [0, 1]], 0.2), 12); // prettier-ignore
  const faces = /face="([^"]*)"/
    .exec(mesh)![1]
    .split('  ')
    .map((face) => face.split(' ').map(Number));
  const edges = faces.flatMap(([a, b, c]) => [`${a}>${b}`, `${b}>${c}`, `${c}>${a}`]);
  expect(new Set(edges).size).toBe(edges.length);
  for (const edge of edges) expect(edges).toContain(edge.split('>').reverse().join('>'));
});

test('rounding keeps the ends and stays within the corners', () => {
  const profile = rounded([[0, 0], [1, 0], [1, 1]], 0.2); // prettier-ignore
  expect(profile[0]).toEqual([0, 0]);
  expect(profile.at(-1)).toEqual([1, 1]);
  expect(profile).not.toContainEqual([1, 0]);
});
