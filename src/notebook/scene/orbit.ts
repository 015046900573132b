/** A viewpoint that circles a target: pure numbers, moved by pointer and keyboard alike. */
import type { Vec3 } from '../../demos/demonstration.ts';

export interface Orbit {
  target: Vec3;
  /** Radians about z: 0 looks back along -x, from the front camera's side; growing toward +y. */
  azimuth: number;
  /** Radians above the horizon. */
  elevation: number;
  /** Metres from the target. */
  distance: number;
}

const LOWEST = 0.03;
const HIGHEST = 1.5;
/** How many times nearer or farther than the distance at home one may go. */
const ZOOM = 5;
/** One arrow key. */
export const KEY_TURN = Math.PI / 18;
/** One press of + or -. */
export const KEY_ZOOM = 1.2;

export function eyeOf({ target, azimuth, elevation, distance }: Orbit): Vec3 {
  const flat = distance * Math.cos(elevation);
  return [
    target[0] + flat * Math.cos(azimuth),
    target[1] + flat * Math.sin(azimuth),
    target[2] + distance * Math.sin(elevation),
  ];
}

/** Never under the table and never over the zenith. */
export function turned(orbit: Orbit, azimuth: number, elevation: number): Orbit {
  const up = Math.min(HIGHEST, Math.max(LOWEST, orbit.elevation + elevation));
  return { ...orbit, azimuth: orbit.azimuth + azimuth, elevation: up };
}

/** @param factor above 1 to come nearer */
export function zoomed(orbit: Orbit, factor: number, home: Pick<Orbit, 'distance'>): Orbit {
  const distance = Math.min(home.distance * ZOOM, Math.max(home.distance / ZOOM, orbit.distance / factor));
  return { ...orbit, distance };
}

/** The orbit whose eye and direction of view are those given, about the point nearest to `target` on the axis. */
export function orbitOf(eye: Vec3, direction: Vec3, target: Vec3): Orbit {
  const length = Math.hypot(...direction);
  const axis = direction.map((x) => x / length) as Vec3;
  const ahead = axis.reduce((sum, x, k) => sum + x * (target[k] - eye[k]), 0);
  const distance = Math.max(0.1, ahead);
  return {
    target: eye.map((x, k) => x + distance * axis[k]) as Vec3,
    azimuth: Math.atan2(-axis[1], -axis[0]),
    elevation: Math.asin(Math.min(1, Math.max(-1, -axis[2]))),
    distance,
  };
}

/** Between two orbits, the short way round; t from 0 to 1. */
export function between(a: Orbit, b: Orbit, t: number): Orbit {
  const mix = (x: number, y: number) => x + t * (y - x);
  const way = Math.PI - mod(Math.PI - (b.azimuth - a.azimuth), 2 * Math.PI);
  return {
    target: a.target.map((x, k) => mix(x, b.target[k])) as Vec3,
    azimuth: a.azimuth + t * way,
    elevation: mix(a.elevation, b.elevation),
    distance: mix(a.distance, b.distance),
  };
}

/** What a key does to the view; null for a key that means nothing here. */
export function byKey(key: string, orbit: Orbit, home: Orbit): Orbit | null {
  switch (key) {
    case 'ArrowLeft':
      return turned(orbit, -KEY_TURN, 0);
    case 'ArrowRight':
      return turned(orbit, KEY_TURN, 0);
    case 'ArrowUp':
      return turned(orbit, 0, KEY_TURN);
    case 'ArrowDown':
      return turned(orbit, 0, -KEY_TURN);
    case '+':
    case '=':
      return zoomed(orbit, KEY_ZOOM, home);
    case '-':
      return zoomed(orbit, 1 / KEY_ZOOM, home);
    case 'Home':
      return home;
    default:
      return null;
  }
}

function mod(x: number, n: number): number {
  return x - n * Math.floor(x / n);
}
