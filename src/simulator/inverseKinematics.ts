/** Joint angles that bring the gripper's tip to a pose, by damped least squares (Wampler 1986). */

import type { Vec3 } from '../demos/demonstration.ts';
import { LOWER_LIMITS, UPPER_LIMITS } from '../demos/pandaLimits.ts';
import type { World } from './world.ts';

const DAMPING = 1e-3;
const ITERATIONS = 200;
const TOLERANCE = 1e-6;
/** Metres or radians of error that one iteration may try to remove, so that far targets are approached smoothly. */
const LARGEST_STRIDE = 0.15;

/** Row-major tip-to-world rotation of a gripper that points straight down, turned by yaw about the vertical. */
export function downward(yaw: number): number[] {
  const [c, s] = [Math.cos(yaw), Math.sin(yaw)];
  return [-c, -s, 0, -s, c, 0, 0, 0, -1];
}

/**
 * Row-major tip-to-world rotation of a gripper that approaches along -[cos(yaw), sin(yaw), 0] as well as downward:
 * `downward` turned about the axis on which the fingers open. A lean of 0 points down, of pi / 2 along the table.
 */
export function leaning(yaw: number, lean: number): number[] {
  if (lean === 0) return downward(yaw);
  const [x, y, z] = [0, 1, 2].map((column) => downward(yaw).filter((_, i) => i % 3 === column));
  const [c, s] = [Math.cos(lean), Math.sin(lean)];
  return [0, 1, 2].flatMap((row) => [c * x[row] - s * z[row], y[row], s * x[row] + c * z[row]]);
}

/**
 * Leaves the world's arm at the solution.
 * @param start joint radians to begin from; the solution near it is found
 * @returns seven radians within the limits, or null where the pose is out of reach
 */
export function solve(world: World, start: readonly number[], position: Vec3, rotation: readonly number[]) {
  let joints = [...start];
  for (let i = 0; i < ITERATIONS; i++) {
    world.setArm(joints);
    const error = poseError(world, position, rotation);
    const size = Math.hypot(...error);
    if (size < TOLERANCE) return joints;
    const stride = Math.min(1, LARGEST_STRIDE / size);
    const jacobian = world.tipJacobian();
    const step = dampedStep(
      jacobian,
      error.map((e) => e * stride),
    );
    joints = joints.map((q, j) => Math.min(UPPER_LIMITS[j], Math.max(LOWER_LIMITS[j], q + step[j])));
  }
  return null;
}

/** Position error in metres, then the rotation error as half the sum of the axes' cross products. */
function poseError(world: World, position: Vec3, rotation: readonly number[]): number[] {
  const [at, r] = [world.tipPosition(), world.tipRotation()];
  const turn = [0, 0, 0];
  for (let c = 0; c < 3; c++) {
    const [a, b] = [
      [r[c], r[3 + c], r[6 + c]],
      [rotation[c], rotation[3 + c], rotation[6 + c]],
    ];
    for (let k = 0; k < 3; k++) {
      turn[k] += 0.5 * (a[(k + 1) % 3] * b[(k + 2) % 3] - a[(k + 2) % 3] * b[(k + 1) % 3]);
    }
  }
  return [...position.map((p, k) => p - at[k]), ...turn];
}

/** J^T (J J^T + damping^2 I)^-1 error. */
function dampedStep(jacobian: number[][], error: number[]): number[] {
  const square = jacobian.map((a, i) =>
    jacobian.map((b, k) => a.reduce((sum, x, j) => sum + x * b[j], i === k ? DAMPING ** 2 : 0)),
  );
  const y = solveLinear(square, error);
  return jacobian[0].map((_, j) => jacobian.reduce((sum, row, i) => sum + row[j] * y[i], 0));
}

/** Gauss-Jordan with partial pivoting. */
export function solveLinear(matrix: readonly number[][], right: readonly number[]): number[] {
  const n = right.length;
  const rows = matrix.map((row, i) => [...row, right[i]]);
  for (let i = 0; i < n; i++) {
    let pivot = i;
    for (let k = i + 1; k < n; k++) if (Math.abs(rows[k][i]) > Math.abs(rows[pivot][i])) pivot = k;
    [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
    for (let k = 0; k < n; k++) {
      if (k === i) continue;
      const factor = rows[k][i] / rows[i][i];
      for (let j = i; j <= n; j++) rows[k][j] -= factor * rows[i][j];
    }
  }
  return rows.map((row, i) => row[n] / row[i]);
}
