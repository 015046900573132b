/** Surfaces of revolution as MJCF mesh assets. */

/** A closed profile [radius, height] in metres, walked so that the solid lies to its left. */
export type Profile = readonly (readonly [number, number])[];

/** MJCF <mesh> of the profile turned about z; points with radius 0 close it at the axis. */
export function latheMesh(name: string, profile: Profile, segments = 24): string {
  const vertices: string[] = [];
  const rings = profile.map(([radius, height]) => {
    const first = vertices.length;
    const count = radius === 0 ? 1 : segments;
    for (let i = 0; i < count; i++) {
      const angle = (2 * Math.PI * i) / segments;
      vertices.push(
        [radius * Math.cos(angle), radius * Math.sin(angle), height].map((x) => x.toFixed(5)).join(' '),
      );
    }
    return (i: number) => first + (count === 1 ? 0 : i % segments);
  });
  const faces: string[] = [];
  for (let k = 0; k + 1 < rings.length; k++) {
    const [low, high] = [rings[k], rings[k + 1]];
    for (let i = 0; i < segments; i++) {
      if (profile[k][0] > 0) faces.push(`${low(i)} ${low(i + 1)} ${high(i)}`);
      if (profile[k + 1][0] > 0) faces.push(`${low(i + 1)} ${high(i + 1)} ${high(i)}`);
    }
  }
  return `<mesh name="${name}" vertex="${vertices.join('  ')}" face="${faces.join('  ')}"/>`;
}

/** Rounds each corner of an open profile with a small arc, so that light breaks softly there. */
export function rounded(profile: Profile, radius: number, steps = 2): Profile {
  return profile.flatMap((corner, i) => {
    if (i === 0 || i === profile.length - 1) return [corner];
    const before = toward(corner, profile[i - 1], radius);
    const after = toward(corner, profile[i + 1], radius);
    return Array.from({ length: steps + 1 }, (_, k) => bezier(before, corner, after, k / steps));
  });
}

type Point = readonly [number, number];

function toward(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const t = Math.min(distance / length, 0.5);
  return [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])];
}

function bezier(a: Point, b: Point, c: Point, t: number): Point {
  const mix = (k: 0 | 1) => (1 - t) ** 2 * a[k] + 2 * t * (1 - t) * b[k] + t ** 2 * c[k];
  return [mix(0), mix(1)];
}
