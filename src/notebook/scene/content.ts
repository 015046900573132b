/** What a scene shows, as plain data for the thread that draws it. */
import { isMoving } from '../../demos/camera.ts';
import { positionAt, type Camera, type Demonstration, type Vec3 } from '../../demos/demonstration.ts';
import { OPTION_LETTERS, type OptionLetter, type Question } from '../../questions/question.ts';
import { TABLE_HEIGHT } from '../../simulator/tasks/task.ts';
import { optionEnds } from '../spatialText.ts';
import { frustumOf, type Frustum } from './frustum.ts';
import { emptyScene, isOurArm } from './kinematics.ts';
import type { Orbit } from './orbit.ts';

export type Motion = Pick<Demonstration, 'length' | 'gripperPose' | 'gripperOpen' | 'jointPositions'>;

export interface NamedPosition {
  position: Vec3;
  label: string;
}

export interface OptionInSpace {
  letter: OptionLetter;
  position: Vec3;
  /** Where an arrow to the position begins; null: no arrow. */
  from: Vec3 | null;
}

export interface SceneContent {
  motion: Motion;
  /** Whether joint positions lead our Panda along the gripper's path; else only the gripper's frame is drawn. */
  arm: boolean;
  /** Whether the gripper moves over RLBench's table; else the ground is a bare grid. */
  table: boolean;
  /** Frames. */
  keypoints: number[];
  /** Whether what comes after the frame is shown: the rest of the path and all keypoints. */
  ahead: boolean;
  options: OptionInSpace[];
  /** Null: not told. */
  right: OptionLetter | null;
  named: NamedPosition[];
  /** Calibrated; with metres from it to its picture, which hangs before it. */
  camera: { view: Camera; depth: number } | null;
}

export interface Shown {
  demonstration: Demonstration;
  keypoints: number[];
  camera: Camera | undefined;
  question?: Question | null;
  /** The question's answer once it may be seen. */
  right?: OptionLetter | null;
  named?: NamedPosition[];
}

/** The table's sides, metres (src/simulator/scene.ts). */
const TABLE = { x: [-0.62, 0.7], y: [-0.68, 0.68] };
const ROBOT_BASE: Vec3 = [-0.36, 0, TABLE_HEIGHT];
/** The picture hangs before its camera at this share of the way to the path. */
const PICTURE_AT = 0.36;
const ROBOT = emptyScene();
const HOME_AZIMUTH = (-62 * Math.PI) / 180;
const HOME_ELEVATION = (21 * Math.PI) / 180;

export function sceneContent({
  demonstration,
  keypoints,
  camera,
  question,
  right,
  named,
}: Shown): SceneContent {
  const { length, gripperPose, gripperOpen, jointPositions } = demonstration;
  const path = pathOf(demonstration);
  const arm = jointPositions !== null && isOurArm(ROBOT, demonstration);
  return {
    motion: { length, gripperPose, gripperOpen, jointPositions },
    arm,
    table: arm || path.every(isOverTable),
    keypoints,
    ahead: !question || !!right,
    options: question ? optionsOf(question) : [],
    right: right ?? null,
    named: named ?? [],
    camera: camera ? standing(camera, length, middleOf(path)) : null,
  };
}

/** A view from the side: the robot to the left, the camera that looks at it to the right. */
export function homeOf(content: SceneContent): Orbit {
  const { motion, table, camera, options } = content;
  const seen = pathOf(motion);
  seen.push(...options.map((o) => o.position));
  if (table) seen.push(ROBOT_BASE);
  const stands = camera && isMoving(camera.view) ? motion.length : 1;
  for (let frame = 0; frame < stands; frame++) {
    const frustum = frustumAt(content, frame);
    if (frustum) seen.push(frustum.eye, ...frustum.corners);
  }
  const low = [0, 1, 2].map((k) => Math.min(...seen.map((p) => p[k])));
  const high = [0, 1, 2].map((k) => Math.max(...seen.map((p) => p[k])));
  const radius = Math.max(0.15, Math.hypot(...high.map((h, k) => h - low[k])) / 2);
  return {
    target: high.map((h, k) => (h + low[k]) / 2) as Vec3,
    azimuth: HOME_AZIMUTH,
    elevation: HOME_ELEVATION,
    distance: 2.7 * radius,
  };
}

export function pathOf(motion: Pick<Motion, 'length' | 'gripperPose'>): Vec3[] {
  return Array.from({ length: motion.length }, (_, i) => positionAt(motion, i));
}

export function middleOf(points: Vec3[]): Vec3 {
  return [0, 1, 2].map((k) => points.reduce((sum, p) => sum + p[k], 0) / points.length) as Vec3;
}

function optionsOf(question: Question): OptionInSpace[] {
  const ends = optionEnds(question);
  return OPTION_LETTERS.slice(0, ends.length).map((letter, i) => ({
    letter,
    position: ends[i],
    from: question.points ? null : question.state,
  }));
}

/** The camera as it stands at a frame. */
export function frustumAt({ camera }: Pick<SceneContent, 'camera'>, frame: number): Frustum | null {
  return camera && frustumOf(camera.view, camera.depth, frame);
}

/** Its picture hangs at one distance in all frames, though it moves. */
function standing(view: Camera, length: number, middle: Vec3): SceneContent['camera'] {
  const stands = Array.from({ length: isMoving(view) ? length : 1 }, (_, frame) => frustumOf(view, 1, frame));
  const away = stands.flatMap((frustum) =>
    frustum ? [Math.hypot(...middle.map((x, k) => x - frustum.eye[k]))] : [],
  );
  if (!away.length) return null;
  return { view, depth: (PICTURE_AT * away.reduce((sum, x) => sum + x, 0)) / away.length };
}

function isOverTable([x, y, z]: Vec3): boolean {
  return x > TABLE.x[0] && x < TABLE.x[1] && y > TABLE.y[0] && y < TABLE.y[1] && z > TABLE_HEIGHT - 0.01;
}
