/** What a scene shows, as plain data for the thread that draws it. */
import { isMoving } from '../../demos/camera.ts';
import { positionAt, type Camera, type Demonstration, type Vec3 } from '../../demos/demonstration.ts';
import { OPTION_LETTERS, type OptionLetter, type Question } from '../../questions/question.ts';
import { TABLE_HEIGHT } from '../../simulator/tasks/task.ts';
import { optionEnds } from '../spatialText.ts';
import { boundsOf, centreOf, diagonalOf } from './bounds.ts';
import { frustumOf, type Frustum } from './frustum.ts';
import type { Orbit } from './orbit.ts';
import { surroundingsOf, type Surroundings } from './surroundings.ts';

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

export interface SceneContent extends Surroundings {
  motion: Motion;
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

/** The back of the robot's foot at RLBench's table. */
const ROBOT_BASE: Vec3 = [-0.36, 0, TABLE_HEIGHT];
/** Metres from a Panda's base up to its elbow. */
const ELBOW = 0.65;
/** Metres around a path that hardly moves. */
const LEAST_RADIUS = 0.05;
/** Metres around what is shown at which marks in space have their plain size, where nothing of known size is drawn. */
const PLAIN_RADIUS = 0.6;
/** Of the radius of what is shown. */
const HOME_DISTANCE = 2.7;
/** The picture hangs before its camera at this share of the way to the path. */
const PICTURE_AT = 0.36;
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
  return {
    ...surroundingsOf(demonstration, path),
    motion: { length, gripperPose, gripperOpen, jointPositions },
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
  const { motion, base, table, ground, camera, options } = content;
  const seen = pathOf(motion);
  const [x, y] = centreOf(boundsOf(seen));
  for (const { position } of options) seen.push(position);
  if (table === 'rlbench') seen.push(ROBOT_BASE);
  else seen.push([x, y, ground]);
  if (base && table !== 'rlbench') seen.push(base, [base[0], base[1], base[2] + ELBOW]);
  const stands = camera && isMoving(camera.view) ? motion.length : 1;
  for (let frame = 0; frame < stands; frame++) {
    const frustum = frustumAt(content, frame);
    if (frustum) seen.push(frustum.eye, ...frustum.corners);
  }
  const bounds = boundsOf(seen);
  return {
    target: centreOf(bounds),
    azimuth: HOME_AZIMUTH,
    elevation: HOME_ELEVATION,
    distance: HOME_DISTANCE * Math.max(LEAST_RADIUS, diagonalOf(bounds) / 2),
  };
}

/** How much larger than at RLBench's table marks in space are drawn: as there beside what is of known size. */
export function scaleOf(content: SceneContent): number {
  if (content.base || content.table) return 1;
  return homeOf(content).distance / HOME_DISTANCE / PLAIN_RADIUS;
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
