/** One demonstration: the expert drives the arm through a task's waypoints and everything is noted at 20 Hz. */

import type { Demonstration, Vec3 } from '../demos/demonstration.ts';
import { seededRandom } from '../demos/random.ts';
import { frontCamera } from './camera.ts';
import { leaning, solve } from './inverseKinematics.ts';
import { FRAME_SECONDS, timed } from './motion.ts';
import type { JointPath, Motion } from './motion.ts';
import { FINGER_STROKE, HOME } from './panda.ts';
import type { Layout, Task, Waypoint } from './tasks/task.ts';
import { TIMESTEP } from './world.ts';
import type { World } from './world.ts';

export const PICTURE_SIZE = 224;
const STEPS_A_FRAME = Math.round(FRAME_SECONDS / TIMESTEP);
/** Metres a second of the tip along straight lines. */
const STRAIGHT_SPEED = 0.16;
const STRAIGHT_PIECE = 0.01;
const REST_FRAMES = 2;
const GRIPPING_STEPS = 300;
const SETTLING_STEPS = 50;
const LAYOUT_TRIES = 50;

export interface Episode {
  demonstration: Demonstration;
  layout: Layout;
  /** Everything the renderer needs: one MuJoCo configuration a frame. */
  configurations: Float64Array[];
  /** World positions of the task's objects by name, one a frame. */
  objects: Record<string, Vec3[]>;
  success: boolean;
}

/**
 * Runs the expert once. The same task, seed and variation give the same episode, bit for bit.
 * @throws RangeError for an unknown variation
 * @throws Error when no reachable layout was found
 */
export function runEpisode(world: World, task: Task, seed: number, variation: number): Episode {
  const steps = episodeInSteps(world, task, seed, variation);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** runEpisode with a pause after every frame, for callers who must stay responsive. */
export function* episodeInSteps(
  world: World,
  task: Task,
  seed: number,
  variation: number,
): Generator<void, Episode> {
  task.descriptions(variation);
  const { layout, paths } = plan(world, task, seed, variation);
  const waypoints = task.waypoints(layout);
  world.reset(HOME);
  task.arrange(world, layout);
  const recorder = new Recorder(world, task);
  let finger = FINGER_STROKE;
  const note = () => recorder.note(finger > 0 ? 1 : 0);
  note();
  for (const [i, waypoint] of waypoints.entries()) {
    const motion = timed(paths[i], speedCap(waypoint, waypoints[i - 1]));
    for (let frame = 1; frame * FRAME_SECONDS < motion.duration + FRAME_SECONDS / 2; frame++) {
      follow(world, motion, finger, frame);
      note();
      yield;
    }
    const { joints } = motion.at(motion.duration);
    if (waypoint.then === 'close') finger = 0;
    if (waypoint.then === 'open') finger = FINGER_STROKE;
    const still = joints.map(() => 0);
    world.command(joints, still, finger);
    if (waypoint.then === 'close' || waypoint.then === 'open') {
      run(world, GRIPPING_STEPS);
      note();
    }
    for (let frame = 0; waypoint.then === 'rest' && frame < REST_FRAMES; frame++) {
      run(world, STEPS_A_FRAME);
      note();
    }
  }
  run(world, SETTLING_STEPS);
  const success = task.succeeded(world, layout);
  return { ...recorder.finish(task, seed, variation), layout, success };
}

/** Layouts are drawn until the whole path is within reach. */
function plan(world: World, task: Task, seed: number, variation: number) {
  const random = seededRandom('layout', task.name, seed, variation);
  for (let i = 0; i < LAYOUT_TRIES; i++) {
    const layout = task.layout(random, variation);
    world.reset(HOME);
    const paths = jointPaths(world, task.waypoints(layout));
    if (paths) return { layout, paths };
  }
  throw new Error(`${task.name} with seed ${seed}: no reachable layout in ${LAYOUT_TRIES} draws`);
}

function jointPaths(world: World, waypoints: Waypoint[]): JointPath[] | null {
  const paths: JointPath[] = [];
  let joints: readonly number[] = HOME;
  let from: Vec3 | null = null;
  for (const waypoint of waypoints) {
    const path = [joints];
    for (const position of between(waypoint.path === 'straight' ? from : null, waypoint.position)) {
      const next = solve(world, joints, position, leaning(waypoint.yaw, waypoint.lean ?? 0));
      if (!next) return null;
      path.push((joints = next));
    }
    from = waypoint.position;
    paths.push(path);
  }
  return paths;
}

/** Points after `from` up to and with `to`; only `to` where there is no straight line to keep. */
function between(from: Vec3 | null, to: Vec3): Vec3[] {
  if (!from) return [to];
  const pieces = Math.ceil(distance(from, to) / STRAIGHT_PIECE);
  return Array.from({ length: pieces }, (_, i) => {
    const t = (i + 1) / pieces;
    return from.map((x, k) => x + t * (to[k] - x)) as Vec3;
  });
}

function distance(a: Vec3, b: Vec3): number {
  return Math.hypot(...a.map((x, k) => x - b[k]));
}

function speedCap(waypoint: Waypoint, before: Waypoint | undefined): number {
  if (!before || waypoint.path !== 'straight') return Infinity;
  return STRAIGHT_SPEED / distance(before.position, waypoint.position);
}

/** Moves through the motion's frame of that number, counted from 1. */
function follow(world: World, motion: Motion, finger: number, frame: number): void {
  for (let k = (frame - 1) * STEPS_A_FRAME + 1; k <= frame * STEPS_A_FRAME; k++) {
    const { joints, velocities } = motion.at(k * TIMESTEP);
    world.command(joints, velocities, finger);
    world.step();
  }
}

function run(world: World, steps: number): void {
  for (let k = 0; k < steps; k++) world.step();
}

class Recorder {
  private readonly positions: number[] = [];
  private readonly velocities: number[] = [];
  private readonly poses: number[] = [];
  private readonly open: number[] = [];
  private readonly configurations: Float64Array[] = [];
  private readonly objects: Record<string, Vec3[]>;
  private readonly world: World;

  constructor(world: World, task: Task) {
    this.world = world;
    this.objects = Object.fromEntries(task.objects.map((name) => [name, []]));
  }

  note(open: 0 | 1): void {
    this.world.refresh();
    this.positions.push(...this.world.jointPositions());
    this.velocities.push(...this.world.jointVelocities());
    this.poses.push(...this.world.tipPose());
    this.open.push(open);
    this.configurations.push(this.world.configuration());
    for (const [name, places] of Object.entries(this.objects)) places.push(this.world.sitePosition(name));
  }

  finish(task: Task, seed: number, variation: number) {
    const demonstration: Demonstration = {
      id: `${task.name}/variation${variation}/episode${seed}`,
      task: task.name,
      variation,
      descriptions: task.descriptions(variation),
      fps: 1 / FRAME_SECONDS,
      length: this.open.length,
      gripperPose: Float64Array.from(this.poses),
      gripperOpen: Float64Array.from(this.open),
      jointPositions: Float64Array.from(this.positions),
      jointVelocities: Float64Array.from(this.velocities),
      cameras: { front: frontCamera(PICTURE_SIZE) },
    };
    return { demonstration, configurations: this.configurations, objects: this.objects };
  }
}
