/** Time along a joint path: trapezoidal speed within the arm's velocity and acceleration limits, at rest at both ends. */

import { VELOCITY_LIMITS } from './panda.ts';

export const FRAME_SECONDS = 0.05;

/** Radians a second: a calm demonstration, well inside the arm's limits. */
export const CRUISE_LIMITS = VELOCITY_LIMITS.map((limit) => Math.min(limit, 0.75));
/** Radians a second squared; RLBench's generator allows 4. */
export const ACCELERATION_LIMIT = 3;

/** Joint configurations evenly spaced in the path's own parameter, at least two. */
export type JointPath = readonly (readonly number[])[];

export interface Motion {
  /** Seconds, a whole number of frames. */
  duration: number;
  /** Joint radians and radians a second at a time within [0, duration]. */
  at(seconds: number): { joints: number[]; velocities: number[] };
}

/** @param speedCap most of the path's whole length to cover in a second, e.g. to limit the tip's speed */
export function timed(path: JointPath, speedCap = Infinity): Motion {
  const [speed, acceleration] = parameterLimits(path, speedCap);
  const shortest =
    speed ** 2 >= acceleration ? 2 / Math.sqrt(acceleration) : 1 / speed + speed / acceleration;
  const duration = Math.max(2, Math.ceil(shortest / FRAME_SECONDS - 1e-9)) * FRAME_SECONDS;
  const ramp = Math.min(duration / 2, (speed / acceleration) * (duration / shortest));
  const cruise = 1 / (duration - ramp);
  return {
    duration,
    at(seconds) {
      const t = Math.min(duration, Math.max(0, seconds));
      const [s, rate] = trapezoid(t, duration, ramp, cruise);
      return along(path, s, rate);
    },
  };
}

/** Largest rate and acceleration of the path parameter in [0, 1] that keep every joint within its limits. */
function parameterLimits(path: JointPath, speedCap: number): [number, number] {
  const pieces = path.length - 1;
  let speed = speedCap;
  let steepest = 0;
  for (let k = 0; k < pieces; k++) {
    path[k].forEach((q, j) => {
      const slope = Math.abs(path[k + 1][j] - q) * pieces;
      if (slope > 0) speed = Math.min(speed, CRUISE_LIMITS[j] / slope);
      steepest = Math.max(steepest, slope);
    });
  }
  if (!(steepest > 0)) throw new Error('a motion needs two different configurations: the path stands still');
  return [speed, ACCELERATION_LIMIT / steepest];
}

function trapezoid(t: number, duration: number, ramp: number, cruise: number): [number, number] {
  if (t < ramp) return [(cruise * t * t) / (2 * ramp), (cruise * t) / ramp];
  const left = duration - t;
  if (left < ramp) return [1 - (cruise * left * left) / (2 * ramp), (cruise * left) / ramp];
  return [cruise * (t - ramp / 2), cruise];
}

function along(path: JointPath, s: number, rate: number): { joints: number[]; velocities: number[] } {
  const pieces = path.length - 1;
  const k = Math.min(pieces - 1, Math.floor(s * pieces));
  const part = s * pieces - k;
  const slope = path[k].map((q, j) => (path[k + 1][j] - q) * pieces);
  return {
    joints: path[k].map((q, j) => q + (part * slope[j]) / pieces),
    velocities: slope.map((d) => d * rate),
  };
}
