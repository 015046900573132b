/** Pieces of MJCF that several tasks are built of. Metres. */

import { seededRandom, uniform } from '../../demos/random.ts';

/** A wall of boxes around the z axis that collides as a hollow cylinder would. */
export function ringWall(radius: number, bottom: number, top: number, boxes = 12): string {
  const thickness = 0.003;
  const along = radius * Math.tan(Math.PI / boxes) + thickness;
  return Array.from({ length: boxes }, (_, i) => {
    const angle = (2 * Math.PI * i) / boxes;
    const [x, y] = [radius * Math.cos(angle), radius * Math.sin(angle)];
    return `<geom class="solid" type="box" size="${thickness} ${along} ${(top - bottom) / 2}"
      pos="${x} ${y} ${(top + bottom) / 2}" euler="0 0 ${angle}"/>`;
  }).join('');
}

/** MJCF <mesh> of a ball of crumpled paper around the origin: a sphere with random dents and sharp creases. */
export function crumpledMesh(name: string, radius: number): string {
  const random = seededRandom('crumple', name);
  const [rings, segments] = [7, 11];
  const point = (ring: number): number[] => {
    const height = Math.cos((Math.PI * ring) / rings);
    const out = radius * uniform(random, 0.78, 1.12);
    return [out * Math.sqrt(1 - height * height), out * height];
  };
  const turned = ([r, z]: number[], i: number, ring: number) => {
    const angle = (2 * Math.PI * (i + (ring % 2) / 2)) / segments;
    return [r * Math.cos(angle), r * Math.sin(angle), z];
  };
  const grid = Array.from({ length: rings + 1 }, (_, ring) => {
    const pole = ring === 0 || ring === rings;
    const one = point(ring);
    return Array.from({ length: segments }, (_, i) => turned(pole ? one : point(ring), pole ? 0 : i, ring));
  });
  const triangles: number[][][] = [];
  for (let ring = 0; ring < rings; ring++) {
    for (let i = 0; i < segments; i++) {
      const next = (i + 1) % segments;
      const [a, b] = [grid[ring], grid[ring + 1]];
      if (ring % 2) triangles.push([a[i], b[next], a[next]], [a[i], b[i], b[next]]);
      else triangles.push([a[i], b[i], a[next]], [a[next], b[i], b[next]]);
    }
  }
  const solid = triangles.filter(
    ([a, b, c]) => a !== b && b !== c && !same(a, b) && !same(b, c) && !same(a, c),
  );
  const vertices = solid.flat().map((v) => v.map((x) => x.toFixed(5)).join(' '));
  const faces = solid.map((_, i) => `${3 * i} ${3 * i + 1} ${3 * i + 2}`);
  return `<mesh name="${name}" inertia="convex" vertex="${vertices.join('  ')}" face="${faces.join('  ')}"/>`;
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.every((x, k) => Math.abs(x - b[k]) < 1e-9);
}
